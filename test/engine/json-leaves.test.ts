import { expect, test } from 'vitest';
import { jsonLeaves } from '../../src/engine/onnx/json-leaves.ts';

function spans(text: string): Record<string, string> {
  const bytes = Buffer.from(text);
  return Object.fromEntries(
    jsonLeaves(bytes).map(({ pointer, begin, end }) => [pointer, bytes.toString('utf8', begin, end)]),
  );
}

test('every leaf stands with its key, elements of arrays alone', () => {
  expect(spans('{"a":"x,}é\\"","b/c":{"~":[1,true,null],"e":{}},"f":[]}')).toEqual({
    '/a': '"a":"x,}é\\""',
    '/b~1c/~0/0': '1',
    '/b~1c/~0/1': 'true',
    '/b~1c/~0/2': 'null',
    '/b~1c/e': '"e":{}',
    '/f': '"f":[]',
  });
});

test('whitespace, and values that are no container', () => {
  expect(spans(' { "a" : [ 1.5e3 , "b" ] } ')).toEqual({ '/a/0': '1.5e3', '/a/1': '"b"' });
  expect(spans('"x"')).toEqual({ '': '"x"' });
  expect(spans('{}')).toEqual({ '': '{}' });
});
