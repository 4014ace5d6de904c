import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SafetensorsFile, writeSafetensors } from '../../src/model/index.ts';
import { temporaryFolder } from './tiny-model.ts';

function write(header: unknown, data: Uint8Array = new Uint8Array(), claimed?: bigint): string {
  const path = join(temporaryFolder(), 'model.safetensors');
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed ?? BigInt(json.length));
  writeFileSync(path, Buffer.concat([length, json, data]));
  return path;
}

const tensor = (begin: number, end: number, shape: unknown = [1], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe('what is written is read', () => {
  const tensors = [
    { name: 'a', shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 65504) },
    { name: 'b', shape: [1], data: Float32Array.of(3) },
  ];
  test.each(['F32', 'F16'] as const)('as %s', (type) => {
    const path = join(temporaryFolder(), 'x.safetensors');
    writeSafetensors(path, tensors, type);
    const file = new SafetensorsFile(path);
    expect([...file.tensors.keys()]).toEqual(['a', 'b']);
    expect(file.tensors.get('a')).toMatchObject({ shape: [2, 2], type });
    for (const { name, data } of tensors) expect(file.read(name)).toEqual(data);
    file.close();
  });
});

test('BF16 is the upper half of a float', () => {
  const file = new SafetensorsFile(
    write({ x: tensor(0, 4, [2], 'BF16') }, Uint8Array.of(0x80, 0x3f, 0x40, 0xc0)),
  );
  expect([...file.read('x')]).toEqual([1, -3]);
  file.close();
});

describe('a file that lies is refused with its name and the reason', () => {
  const four = new Uint8Array(4);
  test.each([
    [
      'too short',
      () => {
        const path = write({});
        truncateSync(path, 5);
        return path;
      },
      /too short for a header/,
    ],
    [
      'a header longer than the file',
      () => write({}, four, 1n << 40n),
      /claims a header of 1099511627776 bytes/,
    ],
    ['a header length past 2^63', () => write({}, four, (1n << 64n) - 1n), /claims a header/],
    ['a header that is not JSON', () => write('{"a":'), /not JSON/],
    ['a header that is a list', () => write([]), /not a JSON object/],
    ['a tensor past the end', () => write({ a: tensor(0, 400, [100]) }, four), /cut short or damaged/],
    ['a tensor that ends before it begins', () => write({ a: tensor(4, 0) }, four), /cut short or damaged/],
    [
      'a size that is not its shape',
      () => write({ a: tensor(0, 4, [3]) }, four),
      /has 4 bytes where its shape needs 12/,
    ],
    ['a negative size', () => write({ a: tensor(0, 4, [-1]) }, four), /no valid shape/],
    ['a huge shape', () => write({ a: tensor(0, 4, [2 ** 52, 2 ** 52]) }, four), /where its shape needs/],
    ['an unknown type', () => write({ a: tensor(0, 4, [1], 'toString') }, four), /unknown dtype/],
    ['two tensors in one place', () => write({ a: tensor(0, 4), b: tensor(0, 4) }, four), /does not follow/],
    [
      'bytes that belong to nothing',
      () => write({ a: tensor(0, 4) }, new Uint8Array(8)),
      /4 bytes after its last/,
    ],
    [
      'offsets that are missing',
      () => write({ a: { dtype: 'F32', shape: [1] } }, four),
      /no valid data_offsets/,
    ],
    ['a tensor that is null', () => write({ a: null }, four), /unknown dtype/],
  ])('%s', (_, make, reason) => {
    expect(() => new SafetensorsFile(make())).toThrow(reason);
  });

  test('a missing file', () => {
    expect(() => new SafetensorsFile('/nowhere/model.safetensors')).toThrow(/ENOENT/);
  });

  test('a tensor of integers', () => {
    const file = new SafetensorsFile(write({ a: tensor(0, 4, [1], 'I32') }, four));
    expect(() => file.read('a')).toThrow(/F32, F16 and BF16 are read/);
    expect(() => file.read('b')).toThrow(/has no tensor b/);
    file.close();
  });
});

test('a cut anywhere in the file is noticed before a tensor is read', () => {
  const path = join(temporaryFolder(), 'x.safetensors');
  writeSafetensors(path, [{ name: 'a', shape: [8], data: new Float32Array(8) }]);
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length));
    expect(() => new SafetensorsFile(path)).toThrow();
  }
});
