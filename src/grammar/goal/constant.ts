import { type SchemaNode, TYPE } from '../schema/node.ts';

const ANY_TYPE = ['values', 'notValues', 'notItems', 'opaque'] as const;
const STRING = [
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'grammar',
  'part',
  'checkedPattern',
  ...ANY_TYPE,
] as const;
const OBJECT = [
  'properties',
  'patternProperties',
  'additionalProperties',
  'propertyNames',
  'required',
  'minProperties',
  'maxProperties',
  'dependentRequired',
  'dependentSchemas',
  'unevaluatedProperties',
  'someProperty',
  ...ANY_TYPE,
] as const;
const ARRAY = [
  'prefixItems',
  'items',
  'contains',
  'minItems',
  'maxItems',
  'uniqueItems',
  'unevaluatedItems',
  ...ANY_TYPE,
] as const;

/** Whether all values of a type satisfy a schema, or none does; undefined where it depends on the value, or may. */
export function constantOn(node: SchemaNode, type: number, depth = 0): boolean | undefined {
  if (node.never === true) return false;
  if (node.types !== undefined && (node.types & type) === 0) return false;
  if (depth > 12 || node.dynamicRef !== undefined || speaksOf(node, type)) return undefined;
  const parts: (boolean | undefined)[] = [];
  const of = (inner: SchemaNode): boolean | undefined => constantOn(inner, type, depth + 1);
  if (node.ref !== undefined) parts.push(of(node.ref()));
  for (const inner of node.allOf ?? []) parts.push(of(inner));
  if (node.anyOf !== undefined) parts.push(some(node.anyOf.map(of)));
  if (node.oneOf !== undefined) parts.push(one(node.oneOf.map(of)));
  if (node.not !== undefined) parts.push(opposite(of(node.not)));
  if (node.if !== undefined && (node.then !== undefined || node.else !== undefined)) {
    const condition = of(node.if);
    const branch = condition === undefined ? undefined : condition ? node.then : node.else;
    parts.push(condition === undefined ? undefined : branch === undefined ? true : of(branch));
  }
  if (parts.includes(false)) return false;
  return parts.includes(undefined) ? undefined : true;
}

function speaksOf(node: SchemaNode, type: number): boolean {
  const keywords =
    type === TYPE.string
      ? STRING
      : type === TYPE.object
        ? OBJECT
        : type === TYPE.array
          ? ARRAY
          : (['number', ...ANY_TYPE] as const);
  return keywords.some((keyword) => node[keyword] !== undefined);
}

function some(parts: readonly (boolean | undefined)[]): boolean | undefined {
  if (parts.includes(true)) return true;
  return parts.includes(undefined) ? undefined : false;
}

function one(parts: readonly (boolean | undefined)[]): boolean | undefined {
  if (parts.filter((part) => part === true).length > 1) return false;
  if (parts.includes(undefined)) return undefined;
  return parts.includes(true);
}

function opposite(part: boolean | undefined): boolean | undefined {
  return part === undefined ? undefined : !part;
}
