/** A moment as a clock on the wall shows it. Month 1 to 12. */
export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** True for an IANA name ("Europe/Berlin") or a fixed offset ("+09:00"). */
export function isTimeZone(zone: string): boolean {
  try {
    formatter(zone);
    return true;
  } catch {
    return false;
  }
}

/** What the clocks of `zone` show at `instant`. */
export function wallClock(instant: Date, zone: string): WallClock {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatter(zone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month, day, hour, minute, second };
}

/** Minutes that `zone` is ahead of UTC at `instant`. */
export function offsetAt(instant: Date, zone: string): number {
  const seconds = Math.floor(instant.getTime() / 1000);
  return Math.round((utcSeconds(wallClock(instant, zone)) - seconds) / 60);
}

/**
 * Minutes that `zone` is ahead of UTC when its clocks show `wall`. Where they show it twice (clocks go back) the
 * first counts, where never (clocks go forward) the offset before the jump: as java.time and Temporal decide.
 */
export function offsetOf(wall: WallClock, zone: string): number {
  const asUtc = utcSeconds(wall);
  const before = offsetAt(new Date((asUtc - 86_400) * 1000), zone);
  const after = offsetAt(new Date((asUtc + 86_400) * 1000), zone);
  const shown = (offset: number) => offsetAt(new Date((asUtc - offset * 60) * 1000), zone) === offset;
  return !shown(before) && shown(after) ? after : before;
}

/** `+01:00`, `-03:30`, `+00:00`. */
export function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** `2026-11-24`. */
export function formatDate(wall: WallClock): string {
  return `${String(wall.year).padStart(4, '0')}-${two(wall.month)}-${two(wall.day)}`;
}

/** `20:00:00`. */
export function formatTime(wall: WallClock): string {
  return `${two(wall.hour)}:${two(wall.minute)}:${two(wall.second)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function utcSeconds(wall: WallClock): number {
  return Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second) / 1000;
}

function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, made);
  return made;
}
