import { GrammarError, type GrammarErrorPlace } from '../errors.ts';
import type { Documents } from '../schema/documents.ts';
import { escapePointer } from '../schema/documents.ts';
import type { SchemaNode } from '../schema/node.ts';
import type { Goals } from './goals.ts';

/** So many smaller schemas are tried; then what is known of the place has to do. */
const MOST_TRIALS = 200;

type Fields = Omit<SchemaNode, 'id'>;

/** Something that a subschema says: how it is written, and the subschema without it. */
interface Part {
  readonly keywords: readonly string[];
  said(node: SchemaNode): boolean;
  without(node: SchemaNode): Fields;
}

const dropped = (node: SchemaNode, ...fields: readonly (keyof SchemaNode)[]): Fields => {
  const left: Record<string, unknown> = { ...node };
  for (const field of fields) delete left[field];
  return left as unknown as Fields;
};

const field = (name: keyof SchemaNode, ...keywords: readonly string[]): Part => ({
  keywords: keywords.length > 0 ? keywords : [name],
  said: (node) => node[name] !== undefined,
  without: (node) => dropped(node, name),
});

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;

/** What conflicts is laid to the last of them. */
const PARTS: readonly Part[] = [
  {
    keywords: ['type', 'format'],
    said: (node) => node.types !== undefined || node.number?.integer === true,
    without: (node) => ({
      ...dropped(node, 'types', 'integer'),
      ...(node.number === undefined ? {} : { number: { ...node.number, integer: false } }),
    }),
  },
  {
    keywords: ['minimum', 'exclusiveMinimum', 'format'],
    said: ({ number }) => number !== undefined && number.low > NEGATIVE_INFINITY,
    without: (node) => ({ ...node, number: { ...node.number!, low: NEGATIVE_INFINITY, lowOpen: false } }),
  },
  {
    keywords: ['maximum', 'exclusiveMaximum', 'format'],
    said: ({ number }) => number !== undefined && number.high < POSITIVE_INFINITY,
    without: (node) => ({ ...node, number: { ...node.number!, high: POSITIVE_INFINITY, highOpen: false } }),
  },
  {
    keywords: ['multipleOf', 'divisibleBy'],
    said: ({ number }) => number !== undefined && number.multiples.length > 0,
    without: (node) => ({ ...node, number: { ...node.number!, multiples: [] } }),
  },
  field('minLength'),
  field('maxLength'),
  field('format'),
  field('pattern'),
  field('checkedPattern', 'pattern'),
  field('grammar', 'x-grammar'),
  field('prefixItems', 'prefixItems', 'items'),
  field('items', 'additionalItems', 'items'),
  field('uniqueItems'),
  field('minItems'),
  field('maxItems'),
  field('contains'),
  field('minContains'),
  field('maxContains'),
  field('unevaluatedItems'),
  field('properties'),
  field('patternProperties'),
  field('additionalProperties'),
  field('propertyNames'),
  field('unevaluatedProperties'),
  field('minProperties'),
  field('maxProperties'),
  field('dependentRequired', 'dependentRequired', 'dependencies'),
  field('dependentSchemas', 'dependentSchemas', 'dependencies'),
  field('required'),
  field('values', 'const', 'enum'),
  field('not'),
  { ...field('if'), without: (node) => dropped(node, 'if', 'then', 'else') },
  field('oneOf'),
  field('anyOf'),
  field('allOf'),
  field('dynamicRef', '$dynamicRef', '$recursiveRef'),
  field('ref', '$ref'),
];

/**
 * The keyword that makes a schema unsatisfiable. Of a subschema that no value satisfies, keywords are left out one by
 * one as long as no value satisfies the rest; the last one that is left is to blame, or what is wrong inside it.
 */
export function unsatisfiablePlace(goals: Goals, documents: Documents): GrammarErrorPlace {
  let trials = 0;
  const impossible = (node: SchemaNode): boolean => {
    if (++trials > MOST_TRIALS) return false;
    try {
      return !goals.possible(goals.of([node]));
    } catch (error) {
      if (error instanceof GrammarError) return false;
      throw error;
    }
  };
  const seen = new Set<SchemaNode>();
  let node = documents.root;
  if (node.never === true) return { pointer: node.pointer };
  for (;;) {
    seen.add(node);
    let least = node;
    let last: Part | undefined;
    for (const part of PARTS) {
      if (!part.said(least)) continue;
      const smaller = documents.synthetic(part.without(least));
      if (impossible(smaller)) least = smaller;
      else last = part;
    }
    if (last === undefined) return { pointer: node.pointer };
    const keyword = keywordOf(last, node);
    const inner = inners(least).find((child) => child.never === true || impossible(child));
    if (inner === undefined || seen.has(inner))
      return { keyword, pointer: `${node.pointer}/${escapePointer(keyword)}` };
    if (inner.never === true) {
      const beneath = `${node.pointer}/`;
      const own = inner.pointer.startsWith(beneath) ? inner.pointer.slice(beneath.length) : keyword;
      return { keyword: own.replace(/\/.*/, ''), pointer: inner.pointer };
    }
    node = inner;
  }
}

/** Subschemas that every value of the subschema must satisfy, or some part of every value. */
function inners(node: SchemaNode): readonly SchemaNode[] {
  const single = [node.ref?.(), node.contains, ...(node.anyOf?.length === 1 ? node.anyOf : [])];
  return [
    ...single.filter((inner) => inner !== undefined),
    ...(node.allOf ?? []),
    ...(node.required ?? []).flatMap((name) => node.properties?.get(name) ?? []),
    ...(node.prefixItems ?? []).slice(0, node.minItems ?? 0),
    ...(node.items !== undefined && (node.minItems ?? 0) > (node.prefixItems?.length ?? 0)
      ? [node.items]
      : []),
  ];
}

/** As the schema writes it: some parts have several names. */
function keywordOf(part: Part, node: SchemaNode): string {
  const { resource } = node;
  let raw: unknown = resource.root;
  for (const key of node.pointer.slice(resource.pointer.length).split('/').slice(1)) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    raw = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>)[name] : undefined;
  }
  const written = (keyword: string): boolean =>
    typeof raw === 'object' && raw !== null && Object.hasOwn(raw, keyword);
  return part.keywords.find(written) ?? part.keywords[0]!;
}
