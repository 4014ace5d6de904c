import { TenonError } from '../errors.ts';
import { isHeaderValue } from './headers.ts';
import type { UpstreamSpec } from './types.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Secret values shorter than this are ordinary words: taking them out would wreck the text. */
const SHORTEST = 4;

/**
 * The headers that `spec.secrets` names, with their values of this moment. Throws `secret_missing`,
 * `secret_invalid`; the message names the variable, never its value.
 */
export function resolveSecrets(spec: UpstreamSpec, env: Environment): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [header, reference] of Object.entries(spec.secrets ?? {})) {
    const variable = reference.slice('env:'.length);
    const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
    if (value === undefined || value === '') throw new TenonError('secret_missing', { variable, header });
    if (!isHeaderValue(value)) throw new TenonError('secret_invalid', { variable, header });
    headers[header.toLowerCase()] = value;
  }
  return headers;
}

/** A function that takes secret values out of a text, in every form an upstream may echo them. */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    // `Bearer abc` is echoed as `abc` too, and `Basic …` as the pair that it encodes.
    for (const part of [secret, ...secret.split(/[\s,;]+/)]) {
      for (const form of formsOf(part)) if (form.length >= SHORTEST) forms.add(form);
    }
  }
  for (const scheme of ['Bearer', 'Basic', 'Token', 'Digest']) forms.delete(scheme);
  if (forms.size === 0) return (text) => text;
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((left, form) => left.replaceAll(form, '[secret]'), text);
}

function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const decoded = /^[A-Za-z0-9+/]{8,}={0,2}$/.test(value) ? Buffer.from(value, 'base64').toString() : '';
  const pair = /^[\x20-\x7e]+:[\x20-\x7e]+$/.test(decoded)
    ? [decoded, decoded.slice(decoded.indexOf(':') + 1)]
    : [];
  return [
    value,
    encodeURIComponent(value.toWellFormed()),
    JSON.stringify(value).slice(1, -1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    ...pair,
  ];
}

/** The same for every text inside a JSON value, member names included. */
export function redactValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number') {
    const text = String(value);
    const cleaned = redact(text);
    return cleaned === text ? value : cleaned;
  }
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [redact(key), redactValue(child, redact)]),
  );
}
