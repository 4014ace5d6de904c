import type { JsonSchema } from '../schema/types.ts';
import { findMoments, type Mention, type Moment } from './moments.ts';
import { type TemporalFormat, temporalFormats } from './temporal-formats.ts';
import { formatDate, formatOffset, formatTime } from './zone.ts';

/** Beyond this a text is a document rather than a request, and the parser's worst case grows with its square. */
const MAX_CHARACTERS = 4_000;
const MAX_ITEMS = 8;

/**
 * Small models cannot do calendar arithmetic, so what a text says about days and times is worked out here and
 * appended for the model to copy:
 *
 *     book a table tomorrow at 8pm [tomorrow at 8pm = 2026-11-24T20:00:00+01:00]
 *
 * Nothing is appended unless `parameters` has a `date`, `time` or `date-time` format. A day alone becomes
 * `2026-11-24`; a time alone `20:00:00`; both an RFC 3339 date-time where the schema has `date-time`, else
 * `2026-11-24 20:00:00`. Where the schema has `date-time` and no `time`, and the text says no day at all, a time gets
 * the day it next comes round; where it has `time`, which by RFC 3339 carries an offset, times carry one. Spans are
 * `A to B`.
 *
 * @param zone IANA time zone or fixed offset that days and times in the text are meant in
 */
export function ground(input: string, parameters: JsonSchema, now: Date, zone: string): string {
  const formats = temporalFormats(parameters);
  if (formats.size === 0) return input;
  const mentions = findMoments(input.slice(0, MAX_CHARACTERS), now, zone);
  const saysADay = mentions.some(({ start }) => start.saysDay);
  const items = mentions
    .map((mention) => ({ text: mention.text, value: renderMention(mention, formats, saysADay) }))
    .filter(({ text, value }) => text !== value)
    .slice(0, MAX_ITEMS)
    .map(({ text, value }) => `${text} = ${value}`);
  return items.length === 0 ? input : `${input} [${items.join('; ')}]`;
}

function renderMention(mention: Mention, formats: ReadonlySet<TemporalFormat>, saysADay: boolean): string {
  const { start, end } = mention;
  const from = render(start, formats, saysADay);
  const to = end === null ? from : render(end, formats, saysADay);
  return from === to ? from : `${from} to ${to}`;
}

function render(moment: Moment, formats: ReadonlySet<TemporalFormat>, saysADay: boolean): string {
  const { wall, offset, saysDay, saysTime } = moment;
  if (!saysTime) return formatDate(wall);
  const daySettled = saysDay || !(saysADay || formats.has('time'));
  if (formats.has('date-time') && daySettled) {
    return `${formatDate(wall)}T${formatTime(wall)}${formatOffset(offset)}`;
  }
  const time = formats.has('time') ? formatTime(wall) + formatOffset(offset) : formatTime(wall);
  return saysDay ? `${formatDate(wall)} ${time}` : time;
}
