import { _, type FuncKeywordDefinition, str } from 'ajv';
import type { Recognizers } from './recognizers.ts';

/** `"x-grammar": NAME`: a string must be a text of that GBNF grammar, the one that decoding follows. */
export function grammarKeyword(recognizers: Recognizers): FuncKeywordDefinition {
  return {
    keyword: 'x-grammar',
    type: 'string',
    schemaType: 'string',
    compile: (name: string) => (text: string) => recognizers.recognizes(name, text),
    error: {
      message: ({ schemaCode }) => str`must be a text of the grammar ${schemaCode}`,
      params: ({ schemaCode }) => _`{grammar: ${schemaCode}}`,
    },
  };
}
