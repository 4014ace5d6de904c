import { invalid, isRecord } from './refuse.ts';
import type { ResponseFormat } from './types.ts';

/** Throws `invalid_request`. */
export function readFormat(format: unknown): ResponseFormat {
  if (format === undefined) return { type: 'text' };
  if (!isRecord(format)) throw invalid('response_format', '"response_format" must be an object.');
  if (format.type === 'text' || format.type === 'json_object') return { type: format.type };
  if (format.type !== 'json_schema') {
    throw invalid('response_format.type', '"type" must be text, json_object or json_schema.');
  }
  const at = 'response_format.json_schema';
  if (!isRecord(format.json_schema)) throw invalid(at, '"json_schema" must be {name, schema}.');
  const { name, description, schema } = format.json_schema;
  if (typeof name !== 'string' || !/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    throw invalid(`${at}.name`, '"name" must be 1 to 64 letters, digits, _ and -.');
  }
  if (description != null && typeof description !== 'string') {
    throw invalid(`${at}.description`, '"description" must be a text.');
  }
  if (schema === undefined) throw invalid(`${at}.schema`, 'The member "schema" is missing.');
  return { type: 'json_schema', name, description: description ?? undefined, schema };
}
