import { expect, test } from 'vitest';
import { closeObjects } from '../../src/engine/onnx/close-objects.ts';

test('objects that list their properties are closed, nested ones and items too', () => {
  const inner = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
  expect(
    closeObjects({ type: 'object', properties: { x: inner, y: { type: 'array', items: inner }, z: true } }),
  ).toEqual({
    type: 'object',
    properties: {
      x: { ...inner, additionalProperties: false },
      y: { type: 'array', items: { ...inner, additionalProperties: false } },
      z: true,
    },
    additionalProperties: false,
  });
});

test.each([
  true,
  { type: 'object' },
  { properties: { a: {} }, additionalProperties: { type: 'string' } },
  { properties: { a: {} }, patternProperties: { '^x': {} } },
  { properties: { a: {} }, allOf: [{ properties: { b: {} } }] },
  { properties: { a: {} }, minProperties: 2 },
  { properties: { a: {} }, required: ['b'] },
  { $ref: '#/$defs/x', $defs: { x: { properties: { a: {} } } } },
  { properties: JSON.parse('{"__proto__": {"type": "string"}}'), $ref: '#' },
])('where more could be meant nothing is closed: %j', (schema) => {
  expect(closeObjects(schema)).toEqual(schema);
});
