import type { ErrorObject } from 'ajv';
import type { Issue } from '../errors.ts';
import { pointerTo } from './pointer.ts';

/** A person mends a few things at a time; a hostile value can be wrong in a million places. */
const MOST = 50;

/** Ajv's errors as issues, each once, at most fifty. */
export function toIssues(errors: readonly ErrorObject[]): readonly Issue[] {
  const issues = new Map<string, Issue>();
  for (const error of errors) {
    const issue = { pointer: pointerOf(error), keyword: error.keyword, message: messageOf(error) };
    issues.set(`${issue.pointer} ${issue.keyword} ${issue.message}`, issue);
    if (issues.size >= MOST) break;
  }
  return [...issues.values()];
}

/** The property that is missing or one too many is itself the place, not the object around it. */
function pointerOf(error: ErrorObject): string {
  const { missingProperty, additionalProperty, unevaluatedProperty } = error.params;
  const name: unknown = missingProperty ?? additionalProperty ?? unevaluatedProperty;
  return typeof name === 'string' ? pointerTo(error.instancePath, name) : error.instancePath;
}

function messageOf(error: ErrorObject): string {
  const params = error.params as Readonly<Record<string, unknown>>;
  const limit = String(params.limit);
  switch (error.keyword) {
    case 'required':
      return 'is required and missing';
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'is not a property that is allowed here';
    case 'dependentRequired':
    case 'dependencies':
      return `is required when ${quote(params.property)} is present`;
    case 'type':
      return `must be ${[params.type].flat().map(typeInWords).join(' or ')}`;
    case 'enum':
      return `must be one of ${list(params.allowedValues)}`;
    case 'const':
      return `must be ${quote(params.allowedValue)}`;
    case 'format':
      return `must be a valid ${String(params.format)}`;
    case 'pattern':
      return `must match the pattern ${String(params.pattern)}`;
    case 'x-grammar':
      return `must be a text of the grammar ${String(params.grammar)}`;
    case 'minLength':
      return `must have at least ${count(params.limit, 'character')}`;
    case 'maxLength':
      return `must have at most ${count(params.limit, 'character')}`;
    case 'minItems':
      return `must have at least ${count(params.limit, 'item')}`;
    case 'maxItems':
      return `must have at most ${count(params.limit, 'item')}`;
    case 'minProperties':
      return `must have at least ${count(params.limit, 'property', 'properties')}`;
    case 'maxProperties':
      return `must have at most ${count(params.limit, 'property', 'properties')}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `must be ${comparisonInWords(params.comparison, limit)}`;
    case 'multipleOf':
      return `must be a multiple of ${String(params.multipleOf)}`;
    case 'uniqueItems':
      return `must not repeat an item (items ${String(params.j)} and ${String(params.i)} are the same)`;
    case 'anyOf':
      return 'must fit at least one of the alternatives';
    case 'oneOf':
      return params.passingSchemas
        ? 'must fit only one of the alternatives'
        : 'must fit one of the alternatives';
    case 'not':
      return 'must not fit what the schema excludes';
    case 'propertyNames':
      return `must not have a property called ${quote(params.propertyName)}`;
    case 'false schema':
      return 'is not allowed here';
    default:
      return error.message ?? `does not fit ${error.keyword}`;
  }
}

/** Draft-04 says with a second keyword whether a bound is itself allowed; Ajv's comparison knows. */
function comparisonInWords(comparison: unknown, limit: string): string {
  if (comparison === '>=') return `${limit} or more`;
  if (comparison === '<=') return `${limit} or less`;
  return comparison === '>' ? `more than ${limit}` : `less than ${limit}`;
}

function typeInWords(type: unknown): string {
  const words: Readonly<Record<string, string>> = {
    array: 'an array',
    boolean: 'true or false',
    integer: 'a whole number',
    null: 'null',
    number: 'a number',
    object: 'an object',
    string: 'a text',
  };
  return words[String(type)] ?? String(type);
}

function count(limit: unknown, one: string, many = `${one}s`): string {
  return `${String(limit)} ${limit === 1 ? one : many}`;
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function list(values: unknown): string {
  if (!Array.isArray(values)) return quote(values);
  const shown = values.slice(0, 12).map(quote).join(', ');
  return values.length > 12 ? `${shown} … (${values.length} in all)` : shown;
}
