import { describe, expect, it } from 'vitest';
import { maskedCrc32c } from '../../../core/job/crc32c.js';
import { scalarRecord } from '../../../core/job/event-file.js';
import type { JobEvent } from '../../../core/job/events.js';
import { eventFile, TensorBoardRecords } from '../../../core/job/tensorboard.js';
import { START, trainingEvents } from './a-run.js';

type Fields = Map<number, (number | bigint | Uint8Array)[]>;

/** Strict reading of the wire format; anything unexpected throws. */
function readMessage(data: Uint8Array): Fields {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const fields: Fields = new Map();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < data.length) {
    const key = Number(varint());
    let value: number | bigint | Uint8Array;
    switch (key & 7) {
      case 0:
        value = varint();
        break;
      case 1:
        value = view.getFloat64(at, true);
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        value = data.subarray(at, at + length);
        expect(value.length).toBe(length);
        at += length;
        break;
      }
      case 5:
        value = view.getFloat32(at, true);
        at += 4;
        break;
      default:
        throw new Error(`wire type ${key & 7}`);
    }
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

function* readRecords(file: Uint8Array): Generator<Fields> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    expect(view.getUint32(at + 8, true)).toBe(maskedCrc32c(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(data.length).toBe(length);
    expect(view.getUint32(at + 12 + length, true)).toBe(maskedCrc32c(data));
    yield readMessage(data);
    at += 16 + length;
  }
}

const text = (value: unknown) => new TextDecoder('utf-8', { fatal: true }).decode(value as Uint8Array);

function readScalars(event: Fields): [tag: string, step: number, value: number][] {
  return (readMessage(event.get(5)![0] as Uint8Array).get(1) ?? []).map((entry) => {
    const value = readMessage(entry as Uint8Array);
    return [text(value.get(1)![0]), Number(event.get(2)![0]), value.get(2)![0] as number];
  });
}

function record(events: JobEvent[]): Fields[] {
  const records = new TensorBoardRecords(() => START);
  const parts = events.flatMap((event) => records.take(event) ?? []);
  return [...readRecords(Uint8Array.from(parts.flatMap((part) => [...part])))];
}

describe('TensorBoardRecords', () => {
  it('starts with the version, then has the tags of a training', () => {
    const [version, ...events] = record(trainingEvents({ epochs: 2, steps: 3 }));
    expect(text(version.get(3)![0])).toBe('brain.Event:2');
    expect(version.get(1)).toEqual([START / 1000]);
    const scalars = events.flatMap(readScalars).map(([tag, step, value]) => [tag, step, Number(value.toPrecision(6))]);
    expect(scalars.filter(([tag]) => tag === 'loss/loss').map(([, step, value]) => [step, value])).toEqual([
      [0, 1],
      [1, 0.5],
      [2, 0.333333],
      [3, 0.25],
      [4, 0.2],
      [5, 0.166667],
    ]);
    expect(scalars.filter(([tag]) => tag === 'opt/lr')).toHaveLength(6);
    expect(scalars.filter(([tag]) => String(tag).startsWith('perf/'))).toEqual([
      ['perf/test_loss', 0, 0.5],
      ['perf/test_iou', 0, 0.5],
      ['perf/test_IoU', 0, 0.5],
      ['perf/test_loss', 1, 0.25],
      ['perf/test_iou', 1, 0.75],
      ['perf/test_IoU', 1, 0.75],
    ]);
  });

  it('gives every metric a tag of its own', () => {
    const events = trainingEvents({ epochs: 1 }).map((event) =>
      event.type === 'epoch.done' ? { ...event, validation: { loss: 1, MAE: 2, 'IoU (F channel)': 3 } } : event,
    );
    const perf = record(events).at(-1)!;
    expect(readScalars(perf).map(([tag, , value]) => [tag, value])).toEqual([
      ['perf/test_loss', 1],
      ['perf/test_iou', 2],
      ['perf/test_MAE', 2],
      ['perf/test_IoU (F channel)', 3],
    ]);
  });

  it('writes nothing without validation but the batches', () => {
    expect(record(trainingEvents({ epochs: 1, steps: 2, validation: false }))).toHaveLength(3);
  });
});

describe('scalarRecord', () => {
  it('takes steps beyond 32 bits and long texts', () => {
    const tag = 'ü'.repeat(200);
    const [event] = readRecords(scalarRecord(1.5, 2 ** 40 + 3, [{ tag, value: Number.NaN }]));
    expect(readScalars(event)).toEqual([[tag, 2 ** 40 + 3, Number.NaN]]);
  });
});

it('eventFile has the name that TensorBoard looks for', () => {
  expect(eventFile('tb', 1_700_000_000_500)).toMatch(/tb.events\.out\.tfevents\.1700000000\./);
});
