/** Headers that frame the message or belong to the connection: whoever sets them can smuggle a request. */
const OURS = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'idempotency-key',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers whose value is a credential, so that it must come from `secrets`. */
const CREDENTIALS = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** Why a header of this name cannot be registered, or null. `secret`: its value comes from the environment. */
export function headerNameTrouble(name: string, secret: boolean): string | null {
  // RFC 9110, 5.6.2: token.
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/.test(name)) return 'is not a legal header name';
  const lower = name.toLowerCase();
  if (OURS.has(lower)) return 'is set by the gateway alone';
  if (!secret && CREDENTIALS.has(lower)) return 'is a credential: give it under secrets, as env:NAME';
  return null;
}

/** RFC 9110, 5.5: visible characters, spaces and tabs; no line breaks, no surrounding white space. */
export function isHeaderValue(value: string): boolean {
  return /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/.test(value);
}
