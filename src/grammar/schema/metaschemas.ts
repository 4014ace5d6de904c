/**
 * The dialects' own schemas of schemas, for a `$ref` to them: what they assert, without titles, comments and
 * defaults. Sources: the documents that json-schema.org publishes at these URIs.
 */

type Json = Readonly<Record<string, unknown>>;

const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];
const ref = (name: string): Json => ({ $ref: name });
const map = (items: unknown, more: Json = {}): Json => ({
  type: 'object',
  additionalProperties: items,
  ...more,
});
const each = (names: string, schema: unknown): Json =>
  Object.fromEntries(names.split(' ').map((name) => [name, schema]));
const typeOf = (simple: Json, some: Json = {}): Json => ({
  anyOf: [simple, { type: 'array', items: simple, minItems: 1, uniqueItems: true, ...some }],
});

const STRING = { type: 'string' };
const BOOLEAN = { type: 'boolean' };
const NUMBER = { type: 'number' };
const STEP = { type: 'number', exclusiveMinimum: 0 };
const COUNT = { type: 'integer', minimum: 0 };
const LIST = { type: 'array', items: true };
const REGEX = { type: 'string', format: 'regex' };

/** Draft-04 to draft-07: one document each. */
function early(draft: 4 | 6 | 7): Json {
  const own = ref('#');
  const integer = draft === 4 ? 'positiveInteger' : 'nonNegativeInteger';
  const count = ref(`#/definitions/${integer}`);
  const least = ref(`#/definitions/${integer}Default0`);
  const uri = draft === 4 ? STRING : { type: 'string', format: 'uri-reference' };
  const names = ref('#/definitions/stringArray');
  const schemas = ref('#/definitions/schemaArray');
  const some = draft === 4 ? { anyOf: [BOOLEAN, own] } : own;
  return {
    $schema: `http://json-schema.org/draft-0${draft}/schema#`,
    [draft === 4 ? 'id' : '$id']: `http://json-schema.org/draft-0${draft}/schema#`,
    type: draft === 4 ? 'object' : ['object', 'boolean'],
    definitions: {
      schemaArray: { type: 'array', minItems: 1, items: own },
      [integer]: COUNT,
      [`${integer}Default0`]: { allOf: [count, {}] },
      simpleTypes: { enum: TYPES },
      stringArray: {
        type: 'array',
        items: STRING,
        uniqueItems: true,
        ...(draft === 4 ? { minItems: 1 } : {}),
      },
    },
    properties: {
      [draft === 4 ? 'id' : '$id']: uri,
      $schema: draft === 4 ? STRING : { type: 'string', format: 'uri' },
      ...each('title description pattern format', STRING),
      pattern: REGEX,
      default: {},
      multipleOf: draft === 4 ? { type: 'number', minimum: 0, exclusiveMinimum: true } : STEP,
      ...each('minimum maximum', NUMBER),
      ...each('exclusiveMinimum exclusiveMaximum', draft === 4 ? BOOLEAN : NUMBER),
      ...each('maxLength maxItems maxProperties', count),
      ...each('minLength minItems minProperties', least),
      items: { anyOf: [own, schemas] },
      ...each('additionalItems additionalProperties', some),
      uniqueItems: BOOLEAN,
      required: names,
      ...each('definitions properties', map(own)),
      patternProperties: map(own, draft === 4 ? {} : { propertyNames: { format: 'regex' } }),
      dependencies: map({ anyOf: [own, names] }),
      enum: { type: 'array', ...(draft === 7 ? {} : { minItems: 1, uniqueItems: true }) },
      type: typeOf(ref('#/definitions/simpleTypes')),
      ...each('allOf anyOf oneOf', schemas),
      not: own,
      ...(draft === 4
        ? {}
        : {
            $ref: { type: 'string', format: 'uri-reference' },
            examples: { type: 'array' },
            const: {},
            ...each('contains propertyNames', own),
          }),
      ...(draft === 7
        ? {
            $comment: STRING,
            readOnly: BOOLEAN,
            ...each('contentMediaType contentEncoding', STRING),
            ...each('if then else', own),
          }
        : {}),
    },
    ...(draft === 4
      ? { dependencies: { exclusiveMaximum: ['maximum'], exclusiveMinimum: ['minimum'] } }
      : {}),
  };
}

/** 2019-09 and 2020-12: one document a vocabulary, and one that holds them all. */
function modular(draft: '2019-09' | '2020-12'): Readonly<Record<string, Json>> {
  const late = draft === '2020-12';
  const base = `https://json-schema.org/draft/${draft}`;
  const own = late ? { $dynamicRef: '#meta' } : { $recursiveRef: '#' };
  const anchor = late ? { $dynamicAnchor: 'meta' } : { $recursiveAnchor: true };
  const list = ref('#/$defs/schemaArray');
  const names = ref('#/$defs/stringArray');
  const uri = { type: 'string', format: 'uri' };
  const relative = { type: 'string', format: 'uri-reference' };
  const anchorName = {
    type: 'string',
    pattern: late ? '^[A-Za-z_][-A-Za-z0-9._]*$' : '^[A-Za-z][-A-Za-z0-9.:_]*$',
  };
  const unevaluated = each('unevaluatedItems unevaluatedProperties', own);
  const $defs = {
    schemaArray: { type: 'array', minItems: 1, items: own },
    nonNegativeInteger: COUNT,
    nonNegativeIntegerDefault0: late
      ? ref('#/$defs/nonNegativeInteger')
      : { $ref: '#/$defs/nonNegativeInteger' },
    simpleTypes: { enum: TYPES },
    stringArray: { type: 'array', items: STRING, uniqueItems: true },
  };
  const core: Json = {
    $id: { ...relative, pattern: '^[^#]*#?$' },
    $schema: uri,
    $ref: relative,
    $anchor: anchorName,
    ...(late
      ? { $dynamicRef: relative, $dynamicAnchor: anchorName }
      : { $recursiveRef: relative, $recursiveAnchor: BOOLEAN }),
    $vocabulary: map(BOOLEAN, { propertyNames: uri }),
    $comment: STRING,
    $defs: map(own),
  };
  const applicator: Json = {
    ...(late ? { prefixItems: list, items: own } : { additionalItems: own, items: { anyOf: [own, list] } }),
    ...(late ? {} : unevaluated),
    ...each('contains additionalProperties not if then else propertyNames', own),
    ...each('properties dependentSchemas', map(own)),
    patternProperties: map(own, { propertyNames: { format: 'regex' } }),
    ...each('allOf anyOf oneOf', list),
  };
  const validation: Json = {
    multipleOf: STEP,
    ...each('minimum maximum exclusiveMinimum exclusiveMaximum', NUMBER),
    ...each('maxLength maxItems maxContains maxProperties minContains', ref('#/$defs/nonNegativeInteger')),
    ...each('minLength minItems minProperties', ref('#/$defs/nonNegativeIntegerDefault0')),
    pattern: REGEX,
    uniqueItems: BOOLEAN,
    required: names,
    dependentRequired: map(names),
    const: true,
    enum: LIST,
    type: typeOf(ref('#/$defs/simpleTypes')),
  };
  const parts: Readonly<Record<string, Json>> = {
    core,
    applicator,
    ...(late ? { unevaluated } : {}),
    validation,
    'meta-data': {
      ...each('title description', STRING),
      default: true,
      ...each('deprecated readOnly writeOnly', BOOLEAN),
      examples: LIST,
    },
    [late ? 'format-annotation' : 'format']: { format: STRING },
    content: { ...each('contentMediaType contentEncoding', STRING), contentSchema: own },
  };
  const part = (name: string, properties: Json): Json => ({
    $schema: `${base}/schema`,
    $id: `${base}/meta/${name}`,
    ...anchor,
    type: ['object', 'boolean'],
    properties,
    $defs,
  });
  return {
    [`${base}/schema`]: {
      $schema: `${base}/schema`,
      $id: `${base}/schema`,
      $vocabulary: Object.fromEntries(
        Object.keys(parts).map((name) => [`${base}/vocab/${name}`, name !== 'format']),
      ),
      ...anchor,
      allOf: Object.keys(parts).map((name) => ref(`meta/${name}`)),
      type: ['object', 'boolean'],
      properties: {
        definitions: map(own),
        dependencies: map({ anyOf: [own, { type: 'array', items: STRING, uniqueItems: true }] }),
        ...(late ? { $recursiveAnchor: anchorName, $recursiveRef: relative } : {}),
      },
    },
    ...Object.fromEntries(
      Object.entries(parts).map(([name, properties]) => [`${base}/meta/${name}`, part(name, properties)]),
    ),
  };
}

const made = new Map<string, Json>();

/** The metaschema at a URI without fragment. */
export function metaschema(uri: string): Json | undefined {
  if (made.size === 0) {
    for (const draft of [4, 6, 7] as const)
      made.set(`http://json-schema.org/draft-0${draft}/schema`, early(draft));
    for (const draft of ['2019-09', '2020-12'] as const)
      for (const [name, schema] of Object.entries(modular(draft))) made.set(name, schema);
  }
  return (
    made.get(uri) ??
    made.get(uri.replace(/^https:\/\/json-schema\.org\/draft-/, 'http://json-schema.org/draft-'))
  );
}
