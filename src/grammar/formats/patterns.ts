/**
 * The string formats as patterns of the whole text, composed from their RFCs' own rules. They mean what Ajv's
 * formats mean; where the RFC is stricter than Ajv, what is *written* (`strict`) keeps to the RFC.
 */

const alt = (...parts: readonly string[]): string => `(?:${parts.join('|')})`;

// RFC 3339, with the days that a month has.
const LEAP_YEAR = alt('(?:[02468][048]|[13579][26])00', '\\d\\d(?:0[48]|[2468][048]|[13579][26])');
const DATE = alt(
  `\\d{4}-(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])`,
  `\\d{4}-(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)`,
  `\\d{4}-02-(?:0[1-9]|1\\d|2[0-8])`,
  `${LEAP_YEAR}-02-29`,
);
const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d';
const FRACTION = '(?:\\.\\d+)?';
const ZONE = `(?:[Zz]|[+-](?:[01]\\d|2[0-3])(?::?[0-5]\\d)?)`;
const STRICT_ZONE = '(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
const TIME = alt(`${CLOCK}:[0-5]\\d${FRACTION}${ZONE}`, ...leapSeconds());
const STRICT_TIME = `${CLOCK}:[0-5]\\d${FRACTION}${STRICT_ZONE}`;
const ISO_TIME = `${CLOCK}:[0-5]\\d${FRACTION}${ZONE}?`;

/** Second 60 is only the last one of a UTC day, whatever the offset it is written in. */
function leapSeconds(): readonly string[] {
  const two = (n: number): string => String(n).padStart(2, '0');
  const out = [`23:59:60${FRACTION}(?:[Zz]|[+-]00(?::?00)?)`];
  for (let hour = 0; hour < 24; hour++) {
    for (const minute of [0, 15, 30, 45]) {
      const zone = minute === 0 ? `${two(hour)}(?::?00)?` : `${two(hour)}:?${two(minute)}`;
      const east = hour * 60 + minute - 1;
      if (east >= 0 && hour + minute > 0)
        out.push(`${two(Math.floor(east / 60))}:${two(east % 60)}:60${FRACTION}\\+${zone}`);
      const west = 23 * 60 + 59 - hour * 60 - minute;
      if (west >= 0 && hour + minute > 0)
        out.push(`${two(Math.floor(west / 60))}:${two(west % 60)}:60${FRACTION}-${zone}`);
    }
  }
  return out;
}

// RFC 3986.
const PCT = '%[0-9A-Fa-f]{2}';
const UNRESERVED = 'A-Za-z0-9\\-._~';
const SUB = "!$&'()*+,;=";
const chars = (extra: string): string => `(?:[${UNRESERVED}${SUB}${extra}]|${PCT})`;
const H16 = '[0-9A-Fa-f]{1,4}';
const LOOSE_OCTET = '(?:25[0-5]|2[0-4]\\d|[01]?\\d\\d?)';
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = `(?:${OCTET}\\.){3}${OCTET}`;
const LOOSE_IPV4 = `(?:${LOOSE_OCTET}\\.){3}${LOOSE_OCTET}`;

function ipv6(ipv4: string): string {
  const last = alt(`${H16}:${H16}`, ipv4);
  const forms = [`(?:${H16}:){6}${last}`];
  for (let before = 0; before <= 7; before++) {
    const head = before === 0 ? '' : `(?:(?:${H16}:){0,${before - 1}}${H16})?`;
    const after = 5 - before;
    if (after > 0) forms.push(`${head}::(?:${H16}:){${after}}${last}`);
    else if (after === 0) forms.push(`${head}::${last}`);
    else if (after === -1) forms.push(`${head}::${H16}`);
    else forms.push(`${head}::`);
  }
  return alt(...forms);
}

const HOST = (quote: string): string =>
  alt(
    `\\[${alt(ipv6(LOOSE_IPV4), `[Vv][0-9A-Fa-f]+\\.[${UNRESERVED}${SUB}:]+`)}\\]`,
    `(?:[${UNRESERVED}${SUB}${quote}]|${PCT})*`,
  );
const AUTHORITY = `(?:(?:[${UNRESERVED}${SUB}:]|${PCT})*@)?${HOST('')}(?::\\d*)?`;
const REFERENCE_AUTHORITY = `(?:(?:[${UNRESERVED}${SUB}:]|${PCT})*@)?${HOST('"')}(?::\\d*)?`;
const SCHEME = '[A-Za-z][A-Za-z0-9+\\-.]*:';

function hierarchy(authority: string, pchar: string): string {
  return alt(`//?${authority}(?:/${pchar}*)*`, `/(?:${pchar}+(?:/${pchar}*)*)?`, `${pchar}+(?:/${pchar}*)*`);
}

function uri(quoted: boolean): string {
  const quote = quoted ? '"' : '';
  const pchar = chars(`:@${quote}`);
  const query = chars(`:@/?${quote}`);
  const path = hierarchy(quoted ? REFERENCE_AUTHORITY : AUTHORITY, pchar);
  return `${path}(?:\\?${query}*)?(?:#${query}*)?`;
}

const REFERENCE = `(?:${SCHEME})?(?:${hierarchy(REFERENCE_AUTHORITY, chars(':@"'))})?(?:\\?${chars(':@/?"')}*)?(?:#${chars(':@/?"')}*)?`;

const IRI_CHARS =
  '\\u{a0}-\\u{d7ff}\\u{f900}-\\u{fdcf}\\u{fdf0}-\\u{ffef}\\u{10000}-\\u{1fffd}\\u{20000}-\\u{2fffd}\\u{30000}-\\u{3fffd}';
const iri = (pattern: string): string => pattern.replaceAll(UNRESERVED, UNRESERVED + IRI_CHARS);

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-]+";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9\\-]*[A-Za-z0-9])?';
const EMAIL = `${ATOM}(?:\\.${ATOM})*@(?:${LABEL}\\.)+${LABEL}`;
const HOST_LABEL = '[A-Za-z0-9](?:[A-Za-z0-9\\-]{0,61}[A-Za-z0-9])?';
const HOSTNAME = `${HOST_LABEL}(?:\\.${HOST_LABEL})*\\.?`;
const VARIABLE = `(?:[A-Za-z0-9_]|${PCT})+`;
const EXPRESSION = `${VARIABLE}(?::[1-9]\\d{0,3}|\\*)?`;
const POINTER = '(?:/(?:[^~/]|~0|~1)*)*';
const DURATION_TIME = alt('\\d+H(?:\\d+M)?(?:\\d+S)?', '\\d+M(?:\\d+S)?', '\\d+S');
const BASE64 = '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?';

interface FormatPattern {
  readonly pattern: string;
  /** What is written where the grammar is free to choose: the RFC's own form. */
  readonly strict?: string;
  /** Code points at most; counted apart from the pattern, so that the two do not multiply. */
  readonly maxLength?: number;
}

export const FORMAT_PATTERNS: Readonly<Record<string, FormatPattern>> = {
  date: { pattern: DATE },
  time: { pattern: TIME, strict: STRICT_TIME },
  'date-time': { pattern: `${DATE}[Tt\\s]${TIME}`, strict: `${DATE}T${STRICT_TIME}` },
  'iso-time': { pattern: ISO_TIME },
  'iso-date-time': { pattern: `${DATE}[Tt\\s]${ISO_TIME}`, strict: `${DATE}T${ISO_TIME}` },
  duration: {
    pattern: `P${alt(`(?:\\d+Y)?(?:\\d+M)?(?:\\d+D)?T${DURATION_TIME}`, '(?:\\d+Y)(?:\\d+M)?(?:\\d+D)?', '(?:\\d+M)(?:\\d+D)?', '\\d+D', '\\d+W')}`,
  },
  email: { pattern: EMAIL },
  'idn-email': { pattern: `[^\\s@"]+@[^\\s@".]+(?:\\.[^\\s@".]+)*` },
  hostname: { pattern: HOSTNAME, maxLength: 253 },
  'idn-hostname': { pattern: '[^\\s./:@?#]{1,63}(?:[.\\u3002\\uff0e\\uff61][^\\s./:@?#]{1,63})*[.]?' },
  ipv4: { pattern: IPV4 },
  ipv6: { pattern: ipv6(IPV4) },
  uri: { pattern: `${SCHEME}${uri(false).replace(/^/, '')}` },
  'uri-reference': { pattern: REFERENCE },
  iri: { pattern: iri(`${SCHEME}${uri(false)}`) },
  'iri-reference': { pattern: iri(REFERENCE) },
  'uri-template': {
    pattern: `(?:[^\\x00-\\x20"'<>%\\\\^\`{|}]|${PCT}|\\{[+#./;?&=,!@|]?${EXPRESSION}(?:,${EXPRESSION})*\\})*`,
  },
  url: {
    pattern: `(?:[Hh][Tt][Tt][Pp][Ss]?|[Ff][Tt][Pp])://[A-Za-z0-9](?:[A-Za-z0-9\\-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9\\-]*[A-Za-z0-9])?)*\\.[A-Za-z]{2,}(?::\\d{2,5})?(?:/[^\\s]*)?`,
  },
  uuid: {
    pattern: '(?:[Uu][Rr][Nn]:[Uu][Uu][Ii][Dd]:)?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}',
    strict: '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}',
  },
  'json-pointer': { pattern: POINTER },
  'json-pointer-uri-fragment': { pattern: `#(?:/(?:[A-Za-z0-9_\\-.!$&'()*+,;:=@]|${PCT}|~0|~1)*)*` },
  'relative-json-pointer': { pattern: `(?:0|[1-9]\\d*)(?:#|${POINTER})` },
  byte: { pattern: BASE64 },
};
