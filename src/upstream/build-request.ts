import { TenonError } from '../errors.ts';
import { fillBody } from './body-template.ts';
import { isScalar } from './scalar-schema.ts';
import type { UpstreamSpec } from './types.ts';
import { fillHoles, holesIn, onlyHole, parseUrlTemplate, type UrlTemplate } from './url-template.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** What goes out, secrets and the idempotency key still to come. Header names are in lower case. */
export interface UpstreamRequest {
  readonly method: UpstreamSpec['method'];
  readonly url: string;
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text, or null. */
  readonly body: string | null;
}

/**
 * The request that a checked registration and validated arguments make; nothing else has a say. Values are
 * percent-encoded where they stand, and a value that could mean another path is refused. Arrays in the query
 * are joined by commas (OpenAPI's `form` without `explode`), objects are JSON. Pure. Throws
 * `upstream_argument_refused`.
 */
export function buildRequest(spec: UpstreamSpec, args: Arguments): UpstreamRequest {
  const template = parseUrlTemplate(spec.url);
  const path = fillPath(template.path, args);
  const pairs = [...urlQuery(template, args), ...specQuery(spec, args)];
  const rest = leftOver(spec, template, args);
  const takesBody = spec.method !== 'GET' && spec.method !== 'DELETE';
  if (!takesBody)
    for (const [name, value] of Object.entries(rest)) addPair(pairs, encode(name, name), name, value);
  const query = pairs.map(([name, value]) => `${name}=${value}`).join('&');
  const url = template.origin + path + (query === '' ? '' : `?${query}`);
  assertUnmoved(url, template.origin, path, query);
  const body = takesBody
    ? JSON.stringify(spec.body === undefined ? rest : (fillBody(spec.body, args) ?? null))
    : null;
  return { method: spec.method, url, origin: template.origin, headers: headersOf(spec, body), body };
}

function fillPath(path: string, args: Arguments): string {
  return path
    .split('/')
    .map((segment) => (holesIn(segment).length === 0 ? segment : fillSegment(segment, args)))
    .join('/');
}

function fillSegment(segment: string, args: Arguments): string {
  const names = holesIn(segment);
  const filled = fillHoles(segment, (name) => {
    const value = Object.hasOwn(args, name) ? args[name] : undefined;
    if (!isScalar(value)) throw refused(name, 'it is missing, or not a text, a number or a boolean');
    const text = String(value);
    // Encoded it would stay one segment here, but many servers decode before they route.
    if (text.split(/[/\\]/).some((part) => part === '.' || part === '..')) {
      throw refused(name, 'it would lead to another path');
    }
    return encode(text, name);
  });
  if (filled === '') throw refused(names[0]!, 'it is empty');
  if (/^(?:\.|%2e){1,2}$/i.test(filled)) throw refused(names[0]!, 'it would lead to another path');
  return filled;
}

type Pairs = [name: string, value: string][];

function urlQuery(template: UrlTemplate, args: Arguments): Pairs {
  const pairs: Pairs = [];
  for (const [name, value] of template.query) {
    const absent = holesIn(value).some((hole) => !isPresent(args, hole));
    if (!absent) pairs.push([name, fillHoles(value, (hole) => queryText(hole, args[hole]))]);
  }
  return pairs;
}

function specQuery(spec: UpstreamSpec, args: Arguments): Pairs {
  const pairs: Pairs = [];
  for (const [name, value] of Object.entries(spec.query ?? {})) {
    const hole = onlyHole(value);
    if (hole === null) pairs.push([encode(name, name), encode(value, name)]);
    else if (isPresent(args, hole)) addPair(pairs, encode(name, name), hole, args[hole]);
  }
  return pairs;
}

function addPair(pairs: Pairs, name: string, argument: string, value: unknown): void {
  if (value !== undefined && value !== null) pairs.push([name, queryText(argument, value)]);
}

function isPresent(args: Arguments, name: string): boolean {
  return Object.hasOwn(args, name) && args[name] !== undefined && args[name] !== null;
}

function queryText(argument: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => queryText(argument, item)).join(',');
  return encode(isScalar(value) ? String(value) : JSON.stringify(value), argument);
}

/** Arguments that stand in neither path nor query. */
function leftOver(spec: UpstreamSpec, template: UrlTemplate, args: Arguments): Arguments {
  const texts = [
    template.path,
    ...template.query.map(([, value]) => value),
    ...Object.values(spec.query ?? {}),
  ];
  const used = new Set(texts.flatMap(holesIn));
  return Object.fromEntries(Object.entries(args).filter(([name]) => !used.has(name)));
}

function headersOf(spec: UpstreamSpec, body: string | null): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json, text/*;q=0.5' };
  if (body !== null) headers['content-type'] = 'application/json';
  for (const [name, value] of Object.entries(spec.headers ?? {})) headers[name.toLowerCase()] = value;
  return headers;
}

/** `encodeURIComponent`, and the five characters it leaves that a URL parser or a shell may not. */
function encode(text: string, argument: string): string {
  if (!text.isWellFormed()) throw refused(argument, 'it holds half of a character (a lone surrogate)');
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The last line of defence: what a parser makes of the URL is what was built, at the origin registered. */
function assertUnmoved(url: string, origin: string, path: string, query: string): void {
  const parsed = new URL(url);
  if (
    parsed.origin !== origin ||
    parsed.pathname !== path ||
    parsed.search !== (query === '' ? '' : `?${query}`)
  ) {
    throw new TenonError('internal', {}, { cause: new Error('the filled URL is not the registered one') });
  }
}

function refused(argument: string, reason: string): TenonError {
  return new TenonError('upstream_argument_refused', { argument, reason }, { param: argument });
}
