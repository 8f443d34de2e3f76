/**
 * Stacks the predictions of plane images to one volume, in the order of their files (TEST.ANALIZE_2D_IMGS_AS_3D_STACK).
 */
import { concatMap, defer, endWith, filter, from, ignoreElements, type Observable } from 'rxjs';
import { Type } from 'typebox';
import { DataError } from '../../core/errors.js';
import { readRegion } from '../../core/image/deferred.js';
import { ANNOTATED } from '../../core/image/found-points.js';
import {
  allocate,
  bytesPerValue,
  type Image,
  type ImageMetadata,
  image,
  sizeOf,
  spatialShape,
} from '../../core/image/image.js';
import type { Points } from '../../core/image/points.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { ScratchFile } from '../../core/image/scratch-file.js';
import { VOXEL_SIZE } from '../../core/image/voxel-size.js';
import type { Lease } from '../../core/job/memory.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

/** Id of the sample, and so name of the files that are written of it. */
export const STACK = 'stack';

export const stackImages = defineNode({
  id: 'stitcher/stack-images',
  role: 'stitcher',
  summary: 'Stacks the predictions of all images to one volume, plane by plane, with their targets and points.',
  inputs: { main: ['channels', 'classes', 'labels', 'points'] },
  output: 'channels',
  parameters: Type.Object(
    {
      product: Type.String({ default: 'channels', description: 'Prediction to stack.' }),
      depth: Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Null()], {
        default: null,
        description: 'Distance of two planes in the unit of the images; null where it is not known.',
      }),
      also: Type.Array(Type.String(), {
        default: [],
        description: 'Further products to stack, where images have them.',
      }),
    },
    { additionalProperties: false },
  ),
  keys: ['TEST.ANALIZE_2D_IMGS_AS_3D_STACK'],
  needs: { memory: services.memory },
  create:
    ({ product, depth, also }, { memory }, place) =>
    ({ main }): Observable<Sample> =>
      defer(() => {
        const stack = new Stack(product, depth, also);
        place.onClose(() => stack.close());
        return main.pipe(
          concatMap(async (sample) => {
            await stack.add(sample, place.name);
            sample.lease.release();
          }),
          ignoreElements(),
          endWith(undefined),
          concatMap(() =>
            from(stack.build(async (shape, bytes) => memory.lease(place.demand({ shape, bytes }), stack.name))),
          ),
          filter((sample) => sample !== undefined),
        );
      }),
});

/** Planes of one kind that wait on the disk: memory is leased for all of them at once when all are there. */
class Planes {
  readonly #file: ScratchFile;
  readonly #first: Image;
  count = 0;

  constructor(first: Image) {
    this.#first = first;
    this.#file = new ScratchFile(sizeOf(first.shape) * bytesPerValue(first.dtype));
  }

  get bytes(): number {
    return this.count * this.#file.placeBytes;
  }

  get shape(): number[] {
    return [this.count, ...this.#first.shape];
  }

  /** @throws DataError for a plane of another shape or type of numbers. */
  async add(plane: Image, sample: Sample, what: string): Promise<void> {
    const told = ({ shape, dtype }: Image) => `${shape.join('×')} ${dtype}`;
    if (told(plane) !== told(this.#first))
      throw new DataError(
        `${sample.file || sample.id}: the ${what} is ${told(plane)}, but that of the images before is ${told(this.#first)}. ` +
          'A stack needs planes of one kind: crop or convert the images, or switch TEST.ANALIZE_2D_IMGS_AS_3D_STACK off.',
        { where: { ...(sample.file && { file: sample.file }), key: 'TEST.ANALIZE_2D_IMGS_AS_3D_STACK' } },
      );
    const { data } = plane;
    await this.#file.write(this.count++, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  async volume(metadata: ImageMetadata): Promise<Image> {
    const { dtype } = this.#first;
    const data = allocate(dtype, sizeOf(this.shape));
    const { placeBytes } = this.#file;
    for (let z = 0; z < this.count; z++)
      await this.#file.read(z, new Uint8Array(data.buffer, z * placeBytes, placeBytes));
    return image(data, this.shape, metadata);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

class Stack {
  readonly #planes = new Map<string, Planes>();
  readonly #points: Points[] = [];
  #first: Sample | undefined;
  #count = 0;

  constructor(
    readonly product: string,
    readonly depth: number | null,
    readonly also: readonly string[],
  ) {}

  get name(): string {
    return `the stack of ${this.#count} images`;
  }

  async add(sample: Sample, node: string): Promise<void> {
    this.#first ??= sample;
    const further = this.also.filter((name) => sample.products[name]);
    const pictures = {
      image: sample.products.raw ?? sample.image,
      prediction: productOf(sample, this.product, node),
      ...(sample.target && { target: sample.target }),
      ...Object.fromEntries(further.map((name) => [`product ${name}`, sample.products[name]])),
    };
    for (const [what, picture] of Object.entries(pictures)) {
      const sides = spatialShape(picture);
      const plane = picture.source ? await readRegion(picture, { start: sides.map(() => 0), size: sides }) : picture;
      const planes = this.#planes.get(what) ?? new Planes(plane);
      this.#planes.set(what, planes);
      await planes.add(plane, sample, what);
    }
    this.#count++;
    const points = sample.facts[ANNOTATED] as Points | undefined;
    if (points) this.#points.push(points);
  }

  /** The volume as one sample; undefined where no image came. */
  async build(lease: (shape: number[], bytes: number) => Promise<Lease>): Promise<Sample | undefined> {
    const raw = this.#planes.get('image');
    if (!raw || !this.#first) return undefined;
    const bytes = [...this.#planes.values()].reduce((sum, planes) => sum + planes.bytes, 0);
    const granted = await lease(raw.shape, bytes);
    const { spacing, ...rest } = this.#first.image.metadata;
    // Planes of one stack have one voxel size.
    const size = this.#first.facts[VOXEL_SIZE] as readonly number[] | undefined;
    const depth = this.depth ?? (size?.length === 3 ? size[0] : null);
    const metadata = {
      ...rest,
      ...(spacing && depth !== null && { spacing: [depth, ...spacing.slice(-2)] }),
    };
    const picture = await raw.volume(metadata);
    const prediction = await this.#planes.get('prediction')!.volume(metadata);
    const target = await this.#planes.get('target')?.volume(metadata);
    const further: Record<string, Image> = {};
    for (const name of this.also) {
      const volume = await this.#planes.get(`product ${name}`)?.volume(metadata);
      if (volume) further[name] = volume;
    }
    return {
      id: STACK,
      index: 0,
      file: '',
      image: picture,
      ...(target && { target }),
      ...(this.#first.targetKinds && { targetKinds: this.#first.targetKinds }),
      products: { ...further, raw: picture, [this.product]: prediction },
      facts: {
        ...(this.#points.length > 0 && { [ANNOTATED]: stackedPoints(this.#points) }),
        ...(size?.length === 3 && { [VOXEL_SIZE]: size }),
      },
      metrics: {},
      lease: granted,
    };
  }

  async close(): Promise<void> {
    for (const planes of this.#planes.values()) await planes.close();
  }
}

/** Points `[y, x]` of planes as points `[z, y, x]` of their stack. */
export function stackedPoints(planes: readonly Points[]): Points {
  const classes = planes.every((points) => points.classes) && planes.flatMap((points) => points.classes!);
  return {
    coordinates: planes.flatMap(({ coordinates }, z) => coordinates.map((point) => [z, ...point])),
    ...(classes && { classes }),
  };
}
