import { firstValueFrom, from, lastValueFrom, toArray } from 'rxjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DataError } from '../../core/errors.js';
import { readImage } from '../../core/image/format.js';
import { type Image, image } from '../../core/image/image.js';
import { type Pipeline, pipeline } from '../../index.js';
import { png } from '../../plugins/format/raster.js';
import { tiff } from '../../plugins/format/tiff.js';
import { smallJob, Workbench } from './small-job.js';

let bench: Workbench;
let opened: Pipeline;
let images: { id: string; image: Image }[];

beforeAll(async () => {
  bench = await Workbench.open();
  await bench.crops({ train: 4, test: 3, side: 96 });
  await bench.yaml('job.yaml', smallJob({ epochs: 3 }));
  expect((await bench.run('run', 'job.yaml')).code).toBe(0);
  opened = await pipeline(bench.file('job.yaml'), { resultDir: bench.file('out') });
  images = [];
  for (const id of ['slice_24', 'slice_25', 'slice_26'])
    images.push({ id, image: await readImage(bench.file('data/test/raw', `${id}.png`), [png], { ndim: '2D' }) });
}, 120_000);
afterAll(async () => {
  await opened?.close();
  await bench.close();
});

async function written(id: string): Promise<Image> {
  return readImage(bench.file('out/job/results/job_1/per_image', `${id}.tif`), [tiff], { ndim: '2D' });
}

it('gives what the command line wrote, from arrays, generators and Observables, in order', async () => {
  async function* generated() {
    yield* images;
  }
  for (const source of [images, generated(), from(images)]) {
    const results = await lastValueFrom(opened.process(source).pipe(toArray()));
    expect(results.map(({ id }) => id)).toEqual(images.map(({ id }) => id));
    for (const { id, products } of results) {
      expect(products.channels.data).toEqual((await written(id)).data);
      expect(products.classes.shape).toEqual([96, 96, 1]);
    }
  }
});

it('takes the next image only when its result is asked for', async () => {
  let taken = 0;
  function* counted() {
    for (;;) {
      taken++;
      yield images[0];
    }
  }
  let seen = 0;
  for await (const { products } of opened.iterate(counted())) {
    expect(products.channels.shape).toEqual([96, 96, 1]);
    expect(taken).toBeLessThanOrEqual(seen + 3);
    if (++seen === 4) break;
  }
});

it('refuses an image that does not fit and goes on with the next', async () => {
  const wrong = image(new Uint8Array(96 * 96 * 3), [96, 96, 3]);
  await expect(firstValueFrom(opened.process([wrong]))).rejects.toThrow(DataError);
  const broken = image(new Float32Array(96 * 96).fill(Number.NaN), [96, 96, 1]);
  await expect(firstValueFrom(opened.process([{ id: 'dark', image: broken }]))).rejects.toThrow(/dark.*NaN/s);
  const { id } = await firstValueFrom(opened.process([images[0]]));
  expect(id).toBe('slice_24');
});

it('stops when its signal fires', async () => {
  const stop = new AbortController();
  const other = await pipeline(bench.file('job.yaml'), { resultDir: bench.file('out'), signal: stop.signal });
  await firstValueFrom(other.process([images[0]]));
  const answer = firstValueFrom(other.process([images[1]]));
  stop.abort();
  await expect(answer).rejects.toMatchObject({ _tag: 'aborted' });
  await other.close();
});
