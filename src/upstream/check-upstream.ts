import { TenonError } from '../errors.ts';
import { checkBodyTemplate } from './body-template.ts';
import { headerNameTrouble, isHeaderValue } from './headers.ts';
import { isScalarSchema } from './scalar-schema.ts';
import type { UpstreamSpec } from './types.ts';
import { holesIn, onlyHole, parseUrlTemplate } from './url-template.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const MEMBERS = ['method', 'url', 'headers', 'query', 'body', 'secrets', 'timeout_ms', 'idempotency'];
const TIMEOUT_MS = { least: 10, most: 120_000 };

/**
 * What an integrator registered as `upstream`, checked whole: afterwards no arguments can make it a request
 * of another shape. `parameters` is the tool's schema, whose properties the holes may name. Throws
 * `upstream_invalid`, with the JSON Pointer into the manifest.
 */
export function checkUpstream(spec: unknown, parameters: unknown): UpstreamSpec {
  if (!isRecord(spec)) throw invalid('', 'it must be an object');
  for (const member of Object.keys(spec)) {
    if (member === 'sign') throw invalid('sign', 'signed requests are not supported yet');
    if (!MEMBERS.includes(member)) throw invalid(member, `unknown member; there are ${MEMBERS.join(', ')}`);
  }
  const { method, url, timeout_ms: timeout, idempotency } = spec;
  if (!METHODS.some((known) => known === method)) throw invalid('method', `use ${METHODS.join(', ')}`);
  if (typeof url !== 'string' || url.length > 2_000)
    throw invalid('url', 'must be a text of at most 2,000 characters');
  checkTimeout(timeout);
  if (idempotency !== undefined && idempotency !== 'header' && idempotency !== 'none') {
    throw invalid('idempotency', 'must be "header" or "none"');
  }
  checkHeaders(spec.headers, spec.secrets);
  checkHoles(spec, url, declaredIn(parameters));
  return spec as unknown as UpstreamSpec;
}

function checkTimeout(timeout: unknown): void {
  if (timeout === undefined) return;
  const { least, most } = TIMEOUT_MS;
  if (!Number.isInteger(timeout) || Number(timeout) < least || Number(timeout) > most) {
    throw invalid('timeout_ms', `must be a whole number from ${least} to ${most}`);
  }
}

function checkHeaders(headers: unknown, secrets: unknown): void {
  const seen = new Set<string>();
  for (const [member, texts] of [
    ['headers', headers],
    ['secrets', secrets],
  ] as const) {
    for (const [name, value] of textsOf(texts, member)) {
      const at = `${member}/${escapeStep(name)}`;
      const trouble = headerNameTrouble(name, member === 'secrets');
      if (trouble) throw invalid(at, `${JSON.stringify(name)} ${trouble}`);
      if (seen.has(name.toLowerCase())) throw invalid(at, `${JSON.stringify(name)} is given twice`);
      seen.add(name.toLowerCase());
      if (member === 'headers') checkHeaderValue(value, at);
      else if (!/^env:[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(value)) {
        throw invalid(
          at,
          'a secret is named, never given: env:NAME, the whole header value in that variable',
        );
      }
    }
  }
}

function checkHeaderValue(value: string, at: string): void {
  if (!isHeaderValue(value) || value.length > 4_000) throw invalid(at, 'is not a legal header value');
  if (holesIn(value).length > 0) throw invalid(at, 'an argument may not stand in a header');
}

/** Every hole names a declared property; those of the path must always have a value, and a scalar one. */
function checkHoles(spec: Readonly<Record<string, unknown>>, url: string, declared: Declared): void {
  const template = parseUrlTemplate(url);
  for (const name of holesIn(template.path)) {
    checkDeclared(name, 'url', declared);
    if (!declared.required.has(name))
      throw invalid('url', `{${name}} stands in the path, so ${name} must be required`);
    if (!isScalarSchema(declared.properties[name], declared.schema)) {
      throw invalid(
        'url',
        `{${name}} stands in the path, so its schema must allow only texts, numbers or booleans`,
      );
    }
  }
  for (const [, value] of template.query)
    for (const name of holesIn(value)) checkDeclared(name, 'url', declared);
  for (const [name, value] of textsOf(spec.query, 'query')) {
    const at = `query/${escapeStep(name)}`;
    const only = onlyHole(value);
    if (only !== null) checkDeclared(only, at, declared);
    else if (holesIn(value).length > 0)
      throw invalid(at, 'write a fixed text, or one {argument} and nothing else');
  }
  if (spec.body === undefined) return;
  if (spec.method === 'GET' || spec.method === 'DELETE')
    throw invalid('body', `a ${spec.method} request has none`);
  for (const name of checkBodyTemplate(spec.body)) checkDeclared(name, 'body', declared);
}

interface Declared {
  readonly schema: unknown;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: ReadonlySet<unknown>;
}

function declaredIn(schema: unknown): Declared {
  const { properties, required } = isRecord(schema) ? schema : {};
  return {
    schema,
    properties: isRecord(properties) ? properties : {},
    required: new Set(Array.isArray(required) ? required : []),
  };
}

function checkDeclared(name: string, at: string, declared: Declared): void {
  if (!Object.hasOwn(declared.properties, name))
    throw invalid(at, `{${name}} is not a property of parameters`);
}

function textsOf(value: unknown, member: string): readonly (readonly [string, string])[] {
  if (value === undefined) return [];
  if (!isRecord(value) || Object.keys(value).length > 100)
    throw invalid(member, 'must be an object of texts');
  return Object.entries(value).map(([name, text]) => {
    if (typeof text !== 'string' || name === '__proto__')
      throw invalid(`${member}/${escapeStep(name)}`, 'must be a text');
    return [name, text] as const;
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function escapeStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function invalid(at: string, reason: string): TenonError {
  const member = at.split('/')[0];
  const param = at === '' ? '/upstream' : `/upstream/${at}`;
  return new TenonError('upstream_invalid', { reason: member ? `${member}: ${reason}` : reason }, { param });
}
