/**
 * Stacks patches into batches for a training.
 */
import { concatMap, defer, EMPTY, of } from 'rxjs';
import { Type } from 'typebox';
import { DataError } from '../../core/errors.js';
import { type Image, image } from '../../core/image/image.js';
import type { Sample } from '../../core/image/sample.js';
import { joinLeases } from '../../core/job/memory.js';
import { defineNode } from '../../core/plugin/define.js';
import { counted, countPieces } from '../../core/plugin/forecast.js';

export const batchPatches = defineNode({
  id: 'trainer/batch',
  role: 'trainer',
  summary: 'Stacks patches into batches; the last batch of an epoch may be smaller.',
  inputs: { main: ['patch'] },
  output: 'batch',
  parameters: Type.Object(
    { size: Type.Integer({ minimum: 1, default: 2, description: 'Patches in a batch.' }) },
    { additionalProperties: false },
  ),
  plan({ size }, { main }, { tell }) {
    const patches = main.patches ?? [];
    const total = countPieces(patches);
    const shape = patches[0]?.shape ?? [];
    const [full, rest] = [Math.floor(total / size), total % size];
    const batches = [
      ...(full > 0 ? [{ shape: [size, ...shape], count: full }] : []),
      ...(rest > 0 ? [{ shape: [rest, ...shape], count: 1 }] : []),
    ];
    const count = countPieces(batches);
    tell({
      value: `${counted(count, 'batch')} in each epoch`,
      why: `${counted(total, 'patch')} in batches of ${size} (TRAIN.BATCH_SIZE)${rest > 0 ? `; the last one holds ${rest}` : ''}.`,
      facts: { batches: count },
    });
    return { ...main, batches };
  },
  create:
    ({ size }) =>
    ({ main }) =>
      defer(() => {
        let waiting: Sample[] = [];
        return main.pipe(
          concatMap((sample) => {
            const { position, total } = sample.moment!;
            waiting.push(sample);
            if (waiting.length < size && position < total - 1) return EMPTY;
            const members = waiting;
            waiting = [];
            return of(stackSamples(members, size));
          }),
        );
      }),
});

/** One sample whose image and target have a leading axis. Its leases are those of the members together. */
export function stackSamples(members: readonly Sample[], size: number): Sample {
  const [{ target: _target, ...first }] = members;
  const last = members[members.length - 1];
  const { epoch, position, total } = last.moment!;
  const target = members.every((member) => member.target) && stack(members, (member) => member.target!);
  return {
    ...first,
    id: members.map((member) => member.id).join(' '),
    image: stack(members, (member) => member.image),
    ...(target && { target }),
    moment: { epoch, position: Math.floor(position / size), total: Math.ceil(total / size) },
    lease: joinLeases(members.map((member) => member.lease)),
  };
}

function stack(members: readonly Sample[], pick: (member: Sample) => Image): Image {
  const pictures = members.map(pick);
  const { shape } = pictures[0];
  const odd = pictures.findIndex((picture) => picture.shape.join() !== shape.join());
  if (odd > 0)
    throw new DataError(
      `patches of one batch differ in shape: ${members[0].file} gives ${shape.join('×')}, ${members[odd].file} gives ${pictures[odd].shape.join('×')}.`,
      { where: { file: members[odd].file } },
    );
  const length = pictures[0].data.length;
  const data = new Float32Array(length * pictures.length);
  pictures.forEach((picture, i) => {
    data.set(picture.data, i * length);
  });
  return image(data, [pictures.length, ...shape]);
}
