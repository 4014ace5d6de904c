import type { ParsedComponents, ParsedResult } from 'chrono-node';
import { dateParser } from './date-parser.ts';
import { offsetAt, offsetOf, type WallClock, wallClock } from './zone.ts';

/** A day, a time, or both, as a text names them. */
export interface Moment {
  readonly wall: WallClock;
  /** Minutes ahead of UTC. */
  readonly offset: number;
  readonly saysDay: boolean;
  readonly saysTime: boolean;
}

/** What a stretch of the text says; `end` for spans ("from 3pm to 5pm"). */
export interface Mention {
  readonly text: string;
  readonly start: Moment;
  readonly end: Moment | null;
}

/** Finds what `text` says of days and times, relative to `now` in `zone`; what is ambiguous lies ahead. */
export function findMoments(text: string, now: Date, zone: string): Mention[] {
  const today = wallClock(now, zone);
  // Without its `forwardDate`: that compares clocks of different zones, and moves "last Tuesday" forward too.
  const results = dateParser.parse(text, { instant: now, timezone: offsetAt(now, zone) });
  return results
    .filter((result) => !isChance(result, text))
    .flatMap((result) => readMention(result, today, zone));
}

/** Texts that the parser takes for a moment and a reader would not: no hint is better than a wrong one. */
function isChance(result: ParsedResult, input: string): boolean {
  const { text, index } = result;
  const before = input.slice(Math.max(0, index - 40), index);
  const after = input.slice(index + text.length, index + text.length + 40);
  // "for 2 hours" is how long, not when.
  if (/^for\s/i.test(text)) return true;
  // Words, unless written as names of days or after "on".
  if (/^(sat|sun|wed)$/.test(text)) return !/\bon\s+$/i.test(before);
  // 05/06/2026 is May in some countries and June in others.
  const numeric = /^(\d{1,2})[./-](\d{1,2})(?:[./-]\d{2,4})?$/.exec(text);
  if (numeric !== null && Number(numeric[1]) <= 12 && Number(numeric[2]) <= 12)
    return numeric[1] !== numeric[2];
  // "at 12 Main Street".
  if (/^at \d{1,2}$/i.test(text) && /^\s+[A-Z]/.test(after)) return true;
  return isPartOfMore(text, before, after);
}

/** "a week from Friday", "every Monday", "the first Monday of May": the part that was read says another day. */
function isPartOfMore(text: string, before: string, after: string): boolean {
  if (!/day|tomorrow/i.test(text)) return false;
  if (/^\s+(?:morning|afternoon|evening|night)\b/i.test(after)) return true;
  const counted =
    /\b(?:(?:weeks?|days?|months?)\s+(?:from|after|before)|first|second|third|fourth|fifth|every|each|other|an?)\s+$/i;
  return counted.test(before) || /^\s+(?:week\b(?!end)|of\s+\w)/i.test(after);
}

function readMention(result: ParsedResult, today: WallClock, zone: string): Mention[] {
  const start = readMoment(result.start, result.text, today, zone);
  // "in May", "next month at 5pm": a month is no day.
  const onlyMonth = result.start.isCertain('month') && !start.saysDay;
  if (onlyMonth || (!start.saysDay && !start.saysTime)) return [];
  // Typed as optional, yet null in practice.
  const end = result.end == null ? null : readMoment(result.end, result.text, start.wall, zone);
  return [{ text: result.text, start, end: end?.saysDay || end?.saysTime ? end : null }];
}

function readMoment(at: ParsedComponents, text: string, after: WallClock, zone: string): Moment {
  const saysDay = at.isCertain('day') || at.isCertain('weekday');
  const saysTime = at.isCertain('hour') || /\b(?:noon|midday|midnight)\b/i.test(text);
  if (at.isCertain('timezoneOffset')) {
    // An offset of its own ("8pm PST", "in 2 hours"): an instant, told in our zone.
    const instant = at.date();
    return { wall: wallClock(instant, zone), offset: offsetAt(instant, zone), saysDay, saysTime };
  }
  const wall = lookAhead(at, atWakingHours(at, wallOf(at), text), text, after, saysTime);
  return { wall, offset: offsetOf(wall, zone), saysDay, saysTime };
}

/** Moves what the text leaves open to its first occurrence after `after`. */
function lookAhead(
  at: ParsedComponents,
  wall: WallClock,
  text: string,
  after: WallClock,
  saysTime: boolean,
): WallClock {
  const behind = saysTime ? seconds(wall) < seconds(after) : dayOf(wall) < dayOf(after);
  if (at.isCertain('day')) return behind && !at.isCertain('year') ? { ...wall, year: wall.year + 1 } : wall;
  if (at.isCertain('weekday')) {
    if (/^(?:last|past|previous|this)\s/i.test(text)) return wall;
    // "Monday" said on a Monday is the next one; with a time still to come it is today.
    return behind || (!saysTime && dayOf(wall) === dayOf(after)) ? addDays(wall, 7) : wall;
  }
  return behind && !at.isCertain('month') ? addDays(wall, 1) : wall;
}

/** "at 3" is in the afternoon unless the text says otherwise: nobody means the small hours without saying so. */
function atWakingHours(at: ParsedComponents, wall: WallClock, text: string): WallClock {
  const open = at.isCertain('hour') && !at.isCertain('meridiem') && wall.hour >= 1 && wall.hour <= 5;
  return open && !/\b(?:morning|night|0\d)/i.test(text) ? { ...wall, hour: wall.hour + 12 } : wall;
}

function wallOf(at: ParsedComponents): WallClock {
  const read = (part: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second') => at.get(part) ?? 0;
  return {
    year: read('year'),
    month: read('month'),
    day: read('day'),
    hour: read('hour'),
    minute: read('minute'),
    second: read('second'),
  };
}

function addDays(wall: WallClock, days: number): WallClock {
  const moved = new Date(Date.UTC(wall.year, wall.month - 1, wall.day + days));
  return { ...wall, year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

function seconds(wall: WallClock): number {
  return Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second) / 1000;
}

function dayOf(wall: WallClock): number {
  return Date.UTC(wall.year, wall.month - 1, wall.day) / 86_400_000;
}
