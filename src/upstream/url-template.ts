import { TenonError } from '../errors.ts';

/** `http://host/path?query` as registered, taken apart. Path and query keep their `{holes}`. */
export interface UrlTemplate {
  readonly origin: string;
  /** Begins with `/`; '' is never. */
  readonly path: string;
  /** Name and value of each query parameter, as written. */
  readonly query: readonly (readonly [name: string, value: string])[];
}

const PARTS = /^(https?:\/\/[^/?#\\]+)(\/[^?#]*)?(?:\?([^#]*))?$/i;
const HOLE = /\{([^{}]*)\}/g;

/** The arguments named by the holes of a text. */
export function holesIn(text: string): readonly string[] {
  return [...text.matchAll(HOLE)].map((match) => match[1]!);
}

/** The argument's name, where the text is one hole and nothing else. */
export function onlyHole(text: string): string | null {
  return /^\{([^{}]*)\}$/.exec(text)?.[1] ?? null;
}

export function fillHoles(text: string, fill: (name: string) => string): string {
  return text.replace(HOLE, (_, name: string) => fill(name));
}

/**
 * Takes an upstream's URL apart. Everything outside the holes must already be written as a URL parser would
 * write it: then a filled URL that differs from its parsed form has been tampered with. Throws
 * `upstream_invalid`.
 */
export function parseUrlTemplate(url: string): UrlTemplate {
  const match = PARTS.exec(url);
  if (!match) throw invalid('write an absolute URL with http or https and without a #fragment');
  const [, authority = '', path = '/', query] = match;
  if (/[{}]/.test(authority))
    throw invalid('an argument may stand in the path or the query, never in the origin');
  if (authority.includes('@')) throw invalid('leave user and password out of it, and give them as secrets');
  const parsed = URL.parse(authority);
  if (parsed === null) throw invalid('its host is not valid');
  checkStatic(parsed.origin, path, query);
  const pairs = (query ?? '').split('&').filter((pair) => pair !== '');
  return { origin: parsed.origin, path, query: pairs.map(toPair) };
}

function checkStatic(origin: string, path: string, query: string | undefined): void {
  const plain = fillHoles(path + (query === undefined ? '' : `?${query}`), () => 'x');
  if (/[{}]/.test(plain)) throw invalid('its braces do not pair up');
  const parsed = URL.parse(origin + plain);
  const written = parsed === null ? null : parsed.pathname + (plain.endsWith('?') ? '?' : parsed.search);
  if (written !== plain) {
    throw invalid('write its path and query percent-encoded, without . and .. segments');
  }
}

function toPair(pair: string): readonly [string, string] {
  const equals = pair.indexOf('=');
  const name = equals === -1 ? pair : pair.slice(0, equals);
  if (/[{}]/.test(name)) throw invalid('an argument may be the value of a query parameter, not its name');
  return [name, equals === -1 ? '' : pair.slice(equals + 1)];
}

function invalid(reason: string): TenonError {
  return new TenonError('upstream_invalid', { reason: `url: ${reason}` }, { param: '/upstream/url' });
}
