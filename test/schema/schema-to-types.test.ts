import { describe, expect, it } from 'vitest';
import { schemaToTypes, unknownFormats } from '../../src/schema/index.ts';

describe('schemaToTypes', () => {
  it('writes a type called after the tool', async () => {
    const schema = {
      title: 'Something else',
      type: 'object',
      properties: {
        'party size': { type: 'integer' },
        seating: { enum: ['in', 'out'] },
        at: { $ref: '#/$defs/at' },
      },
      required: ['party size'],
      additionalProperties: false,
      $defs: { at: { type: 'string', description: 'When' } },
    };
    const text = await schemaToTypes('book_table', schema);
    expect(text).toContain('export interface BookTable');
    expect(text).toContain("'party size': number");
    expect(text).toContain("seating?: 'in' | 'out'");
  });

  it('lets no schema write code', async () => {
    const text = await schemaToTypes('x', {
      type: 'object',
      properties: {
        a: { tsType: 'string; }\nevil();\ninterface Y {', description: 'ends here */ evil(); /*' },
        b: { enum: ['a'], tsEnumNames: ['A = evil()'] },
        'c: evil(); //': { title: '*/ evil() /*', type: 'object', properties: {} },
      },
    });
    const outsideTexts = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/'[^'\n]*'|"[^"\n]*"/g, "''");
    expect(outsideTexts).not.toContain('evil(');
  });

  it('prints a long list as an array, not element by element', async () => {
    const list = { type: 'array', minItems: 1_000_000_000, items: { type: 'integer' } };
    expect(await schemaToTypes('x', { type: 'object', properties: { list } })).toContain('list?: number[]');
  });

  it('reads no file and no address', async () => {
    await expect(schemaToTypes('x', { $ref: 'file:///etc/hostname' })).rejects.toMatchObject({
      code: 'schema_invalid',
    });
  });
});

describe('unknownFormats', () => {
  it('names the formats that are not checked', () => {
    const schema = {
      properties: { a: { format: 'currency' }, b: { format: 'date' }, format: { type: 'string' } },
      const: { format: 'x' },
    };
    expect(unknownFormats(schema)).toEqual(['/properties/a/format']);
  });
});
