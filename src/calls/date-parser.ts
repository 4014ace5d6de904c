import { type Chrono, casual, type Parser } from 'chrono-node';

const HOURS = [
  'twelve',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
];

/** "half past seven", "a quarter to 9". */
const clockPhrase: Parser = {
  pattern: () =>
    /\b(?:at\s+)?(half|(?:a\s+)?quarter)\s+(past|to)\s+(\d{1,2}|[a-z]+)(?:\s*(am|pm)|\s+in\s+the\s+(morning|afternoon|evening))?\b/i,
  extract: (_context, match) => {
    const named = HOURS.indexOf(match[3]?.toLowerCase() ?? '');
    const hour = named >= 0 ? named : Number(match[3]);
    const half = match[1]?.toLowerCase() === 'half';
    const past = match[2]?.toLowerCase() === 'past';
    if (!(hour >= 0 && hour <= 12) || (half && !past)) return null;
    const late = /pm|afternoon|evening/i.test(match[4] ?? match[5] ?? '');
    const early = /am|morning/i.test(match[4] ?? match[5] ?? '');
    const onDial = ((hour % 12) * 60 + (half ? 30 : past ? 15 : -15) + 720) % 720;
    // Left open, "half past twelve" is at noon.
    const ofDay = onDial + (late || (!early && onDial < 60) ? 720 : 0);
    const time = { hour: Math.floor(ofDay / 60), minute: ofDay % 60 };
    return late || early ? { ...time, meridiem: late ? 1 : 0 } : time;
  },
};

/** "the 5th", where no month and no noun follows: of this month, or of the next once it is over. */
const dayOfMonth: Parser = {
  pattern: () =>
    /\b(?:on\s+)?the\s+(\d{1,2})(?:st|nd|rd|th)(?=\s*(?:$|[,.;:!?)]|at\b|from\b|by\b|until\b|and\b|for\b))/i,
  extract: (context, match) => {
    const day = Number(match[1]);
    const today = context.reference.getDateWithAdjustedTimezone();
    const last = new Date(today.getFullYear(), today.getMonth() + 1, 0).getDate();
    const later = day < today.getDate() || day > last ? 1 : 0;
    const month = ((today.getMonth() + later) % 12) + 1;
    const year = today.getFullYear() + (today.getMonth() + later > 11 ? 1 : 0);
    return day >= 1 && day <= 31 ? { day, month, year } : null;
  },
};

/** English as people write it to a desk: chrono's own, and what it leaves out. */
export const dateParser: Chrono = casual.clone();
dateParser.parsers.push(clockPhrase, dayOfMonth);
