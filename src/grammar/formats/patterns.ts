/**
 * The string formats as patterns of the whole text, composed from their RFCs' own rules; the validator's formats
 * are these. `written` narrows what is *written* to the form that programs agree on.
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
const ZONE = '(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
const TIME = alt(`${CLOCK}:[0-5]\\d${FRACTION}${ZONE}`, ...leapSeconds());
// A small model that may write a fraction writes digits without end.
const WRITTEN_TIME = `${CLOCK}:[0-5]\\d(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)`;
const ISO_TIME = `${CLOCK}:[0-5]\\d`;

/** Second 60 is only the last one of a UTC day, whatever the offset it is written in. */
function leapSeconds(): readonly string[] {
  const two = (n: number): string => String(n).padStart(2, '0');
  const out = [`23:59:60${FRACTION}(?:[Zz]|[+-]00:00)`];
  for (let hour = 0; hour < 24; hour++) {
    for (const minute of [0, 15, 30, 45]) {
      const zone = `${two(hour)}:${two(minute)}`;
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
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = `(?:${OCTET}\\.){3}${OCTET}`;

function ipv6(): string {
  const last = alt(`${H16}:${H16}`, IPV4);
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

const HOST = alt(
  `\\[${alt(ipv6(), `[Vv][0-9A-Fa-f]+\\.[${UNRESERVED}${SUB}:]+`)}\\]`,
  `(?:[${UNRESERVED}${SUB}]|${PCT})*`,
);
const AUTHORITY = `(?:(?:[${UNRESERVED}${SUB}:]|${PCT})*@)?${HOST}(?::\\d*)?`;
const SCHEME = '[A-Za-z][A-Za-z0-9+\\-.]*:';
const PCHAR = chars(':@');
const SEGMENTS = `(?:/${PCHAR}*)*`;
const ROOTED = [`//${AUTHORITY}${SEGMENTS}`, `/(?:${PCHAR}+${SEGMENTS})?`];
const QUERY = `(?:\\?${chars(':@/?')}*)?`;
const FRAGMENT = `(?:#${chars(':@/?')}*)?`;
const URI = `${SCHEME}${alt(...ROOTED, `${PCHAR}+${SEGMENTS}`, '')}${QUERY}${FRAGMENT}`;
// Without a scheme the first segment holds no colon, or it would be one.
const RELATIVE = `${alt(...ROOTED, `${chars('@')}+${SEGMENTS}`, '')}${QUERY}${FRAGMENT}`;
const REFERENCE = alt(URI, RELATIVE);

// RFC 3987: more characters everywhere, private ones in the query.
const IRI_CHARS =
  '\\u{a0}-\\u{d7ff}\\u{f900}-\\u{fdcf}\\u{fdf0}-\\u{ffef}\\u{10000}-\\u{1fffd}\\u{20000}-\\u{2fffd}\\u{30000}-\\u{3fffd}';
const PRIVATE = '\\u{e000}-\\u{f8ff}\\u{f0000}-\\u{ffffd}\\u{100000}-\\u{10fffd}';
const iri = (pattern: string): string =>
  pattern.replaceAll(UNRESERVED, UNRESERVED + IRI_CHARS).replaceAll(iriQuery(''), () => iriQuery(PRIVATE));

function iriQuery(more: string): string {
  return `(?:\\?(?:[${UNRESERVED}${IRI_CHARS}${SUB}:@/?${more}]`;
}

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-]+";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9\\-]*[A-Za-z0-9])?';
const DOT_STRING = `${ATOM}(?:\\.${ATOM})*`;
// RFC 5321's Mailbox: the local part may be quoted, the domain an address.
const QUOTED = '"(?:[\\x20-!#-\\[\\]-~]|\\\\[\\x20-~])*"';
const EMAIL = `(?:${DOT_STRING}|${QUOTED})@(?:${LABEL}(?:\\.${LABEL})*|\\[(?:${IPV4}|IPv6:${ipv6()})\\])`;
const WRITTEN_EMAIL = `${DOT_STRING}@(?:${LABEL}\\.)+${LABEL}`;
const HOST_LABEL = '[A-Za-z0-9](?:[A-Za-z0-9\\-]{0,61}[A-Za-z0-9])?';
const HOSTNAME = `${HOST_LABEL}(?:\\.${HOST_LABEL})*`;
const VARCHAR = `(?:[A-Za-z0-9_]|${PCT})`;
const VARIABLE = `${VARCHAR}(?:\\.?${VARCHAR})*`;
const EXPRESSION = `${VARIABLE}(?::[1-9]\\d{0,3}|\\*)?`;
const POINTER = '(?:/(?:[^~/]|~0|~1)*)*';
const MINUTES = '\\d+M(?:\\d+S)?';
const DURATION_TIME = `T${alt(`\\d+H(?:${MINUTES})?`, MINUTES, '\\d+S')}`;
const MONTHS = '\\d+M(?:\\d+D)?';
const DURATION = `P${alt(`${alt(`\\d+Y(?:${MONTHS})?`, MONTHS, '\\d+D')}(?:${DURATION_TIME})?`, DURATION_TIME, '\\d+W')}`;
const BASE64 = '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?';

// U-labels by their outline: no mark first, no hyphen at an end, nor a third and a fourth one but in `xn--`.
const IDN_STOPS = '\\s./:@?#\\u3002\\uff0e\\uff61';
const IDN_FIRST = `[^${IDN_STOPS}\\-\\p{M}]`;
const IDN_CHAR = `[^${IDN_STOPS}]`;
const IDN_LAST = `[^${IDN_STOPS}\\-]`;
const IDN_LABEL = alt(
  '[Xx][Nn]--[A-Za-z0-9](?:[A-Za-z0-9\\-]{0,57}[A-Za-z0-9])?',
  `${IDN_FIRST}${IDN_LAST}?`,
  `${IDN_FIRST}${IDN_CHAR}${IDN_LAST}(?:${IDN_CHAR}{0,59}${IDN_LAST})?`,
  `${IDN_FIRST}${IDN_CHAR}-${IDN_LAST}(?:${IDN_CHAR}{0,58}${IDN_LAST})?`,
);
const IDN_HOSTNAME = `${IDN_LABEL}(?:[.\\u3002\\uff0e\\uff61]${IDN_LABEL})*`;
// RFC 6531: the quoted local part with characters beyond ASCII.
const IDN_EMAIL = `(?:[^\\s@"]+|"(?:[^\\x00-\\x1f"\\\\\\x7f]|\\\\[\\x20-~])*")@[^\\s@".]+(?:\\.[^\\s@".]+)*`;

interface FormatPattern {
  /** What the format asserts; undefined where JSON Schema does not know the format and it is an annotation. */
  readonly pattern?: string;
  /** What is written where the grammar is free to choose. */
  readonly written?: string;
  /** Code points at most; counted apart from the pattern, so that the two do not multiply. */
  readonly maxLength?: number;
}

export const FORMAT_PATTERNS: Readonly<Record<string, FormatPattern>> = {
  date: { pattern: DATE },
  time: { pattern: TIME, written: WRITTEN_TIME },
  'date-time': { pattern: `${DATE}[Tt]${TIME}`, written: `${DATE}T${WRITTEN_TIME}` },
  duration: { pattern: DURATION },
  email: { pattern: EMAIL, written: WRITTEN_EMAIL },
  'idn-email': { pattern: IDN_EMAIL },
  hostname: { pattern: HOSTNAME, maxLength: 253 },
  'idn-hostname': { pattern: IDN_HOSTNAME, maxLength: 253 },
  ipv4: { pattern: IPV4 },
  ipv6: { pattern: ipv6() },
  uri: { pattern: URI },
  'uri-reference': { pattern: REFERENCE },
  iri: { pattern: iri(URI) },
  'iri-reference': { pattern: iri(REFERENCE) },
  'uri-template': {
    pattern: `(?:[^\\x00-\\x20\\x7f"<>%\\\\^\`{|}]|${PCT}|\\{[+#./;?&=,!@|]?${EXPRESSION}(?:,${EXPRESSION})*\\})*`,
  },
  uuid: {
    pattern: '[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}',
    written: '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}',
  },
  'json-pointer': { pattern: POINTER },
  'relative-json-pointer': { pattern: `(?:0|[1-9]\\d*)(?:#|${POINTER})` },
  // OpenAPI's and other people's: they assert nothing, and shape what is written.
  byte: { written: BASE64 },
  url: {
    written: `https?://[A-Za-z0-9](?:[A-Za-z0-9\\-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9\\-]*[A-Za-z0-9])?)*\\.[A-Za-z]{2,}(?::\\d{2,5})?(?:/[^\\s]*)?`,
  },
  'iso-time': { written: ISO_TIME },
  'iso-date-time': { written: `${DATE}T${ISO_TIME}` },
};
