import { describe, expect, it } from 'vitest';
import { PyGlobal, PyRecord, type PyValue } from '../../../../core/tensor/weights/pickle/value.js';
import { toPlain, toPlainObject } from '../../../../core/tensor/weights/plain.js';

describe('plain data from pickled values', () => {
  it('is fit for JSON', () => {
    const value = new Map<PyValue, PyValue>([
      ['list', [1, null, true]],
      ['set', new Set(['a'])],
      ['large', 2n ** 60n],
      ['bytes', new Uint8Array(3)],
      ['class', new PyGlobal('m', 'C')],
      [7, 'seven'],
      [['a', 1], 'tuple'],
    ]);
    const plain = toPlain(value);
    expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
    expect(plain).toEqual({
      list: [1, null, true],
      set: ['a'],
      large: '1152921504606846976',
      bytes: { bytes: 3 },
      class: 'm.C',
      7: 'seven',
      '["a",1]': 'tuple',
    });
  });

  it('says what an unknown object was', () => {
    const record = new PyRecord(new PyGlobal('m', 'Kind'), [3]);
    record.state = new Map([['a', 1]]);
    record.items.push(5);
    expect(toPlain(record)).toEqual({ class: 'm.Kind', args: [3], attributes: { a: 1 }, items: [5] });
  });

  it('takes subclasses of dict as objects', () => {
    const record = new PyRecord(new PyGlobal('m', 'Box'), []);
    record.entries.set('a', 1);
    expect(toPlain(record)).toEqual({ a: 1 });
    expect(toPlain(new PyRecord(new PyGlobal('yacs.config', 'CfgNode'), []))).toEqual({});
  });

  it('leaves out what is asked', () => {
    expect(
      toPlainObject(
        new Map<PyValue, PyValue>([
          ['a', 1],
          ['b', 2],
        ]),
        ['a'],
      ),
    ).toEqual({ b: 2 });
  });

  it('refuses circles', () => {
    const list: PyValue[] = [];
    list.push(list);
    expect(() => toPlain(list)).toThrow(/nested deeper than 100/);
  });

  it.each<[string, (value: PyValue) => PyValue]>([
    ['lists', (value) => [value]],
    ['keys', (value) => new Map([[value, 1]])],
  ])('refuses a million levels of %s', (_name, wrap) => {
    let value: PyValue = null;
    for (let i = 0; i < 1e6; i++) value = wrap(value);
    expect(() => toPlain(value)).toThrow(/nested deeper than 100/);
  });

  it('refuses lists that double at each level', () => {
    let value: PyValue = 'lol';
    for (let i = 0; i < 60; i++) value = [value, value];
    expect(() => toPlain(value)).toThrow(/more than 200000 values/);
  });

  it('refuses a long text repeated', () => {
    const text = 'x'.repeat(1e6);
    expect(() => toPlain(new Array(1000).fill(text))).toThrow(/more than 200000 values/);
  });

  it('refuses the key that changes prototypes', () => {
    expect(() => toPlain(new Map([['__proto__', new Map([['polluted', true]])]]))).toThrow(/__proto__/);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
