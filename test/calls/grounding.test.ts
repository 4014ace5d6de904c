import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { ground } from '../../src/calls/grounding.ts';

/** A Monday, noon in Berlin. */
const NOW = new Date('2026-11-23T12:00:00+01:00');
const ZONE = 'Europe/Berlin';

const of = (...formats: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(formats.map((format, i) => [`p${i}`, { type: 'string', format }])),
});

const table: [formats: string[], input: string, appended: string][] = [
  [['date-time'], 'table for 4 tomorrow at 8pm', ' [tomorrow at 8pm = 2026-11-24T20:00:00+01:00]'],
  [['date-time'], 'next Friday', ' [next Friday = 2026-12-04]'],
  [['date-time'], 'next Friday at 9:30', ' [next Friday at 9:30 = 2026-12-04T09:30:00+01:00]'],
  [['date-time'], 'call me in 2 hours', ' [in 2 hours = 2026-11-23T14:00:00+01:00]'],
  [['date-time'], 'dinner at 8pm', ' [at 8pm = 2026-11-23T20:00:00+01:00]'],
  [['date-time'], 'breakfast at 8am', ' [at 8am = 2026-11-24T08:00:00+01:00]'],
  [['date-time'], 'tomorrow at 8pm PST', ' [tomorrow at 8pm PST = 2026-11-25T05:00:00+01:00]'],
  [['date-time'], 'noon tomorrow', ' [noon tomorrow = 2026-11-24T12:00:00+01:00]'],
  [
    ['date-time'],
    'from 3pm to 5pm tomorrow',
    ' [from 3pm to 5pm tomorrow = 2026-11-24T15:00:00+01:00 to 2026-11-24T17:00:00+01:00]',
  ],
  [
    ['date-time'],
    'in July on the 4th of July 2027 at 18:00',
    ' [4th of July 2027 at 18:00 = 2027-07-04T18:00:00+02:00]',
  ],
  [['date'], 'lunch yesterday', ' [yesterday = 2026-11-22]'],
  [['date'], 'taxi last Tuesday', ' [last Tuesday = 2026-11-17]'],
  [['date'], 'hotel two days ago', ' [two days ago = 2026-11-21]'],
  [['date'], 'weather on December 24th', ' [December 24th = 2026-12-24]'],
  [['date'], 'tomorrow at 8pm', ' [tomorrow at 8pm = 2026-11-24 20:00:00]'],
  [['date'], 'on Monday and on Friday', ' [on Monday = 2026-11-30; on Friday = 2026-11-27]'],
  [['date'], 'november 23rd', ' [november 23rd = 2026-11-23]'],
  [['date'], 'november 22nd', ' [november 22nd = 2027-11-22]'],
  [['date'], 'from Monday to Wednesday', ' [Monday to Wednesday = 2026-11-30 to 2026-12-02]'],
  [['date-time'], 'Monday at 11:30', ' [Monday at 11:30 = 2026-11-30T11:30:00+01:00]'],
  [['date-time'], 'Monday at 13:30', ' [Monday at 13:30 = 2026-11-23T13:30:00+01:00]'],
  [['date-time'], 'the gym this Saturday 10am', ' [this Saturday 10am = 2026-11-28T10:00:00+01:00]'],
  [['date-time'], '10pm to 2am', ' [10pm to 2am = 2026-11-23T22:00:00+01:00 to 2026-11-24T02:00:00+01:00]'],
  [['date', 'time'], 'tomorrow at 8pm', ' [tomorrow at 8pm = 2026-11-24 20:00:00+01:00]'],
  [['time'], 'wake me at 6:45', ' [at 6:45 = 06:45:00+01:00]'],
  [['date'], 'wake me at 6:45', ' [at 6:45 = 06:45:00]'],
  [['date-time', 'time'], 'wake me at 6:45', ' [at 6:45 = 06:45:00+01:00]'],
  [['date-time'], 'Thursday at 3', ' [Thursday at 3 = 2026-11-26T15:00:00+01:00]'],
  [['date-time'], 'Thursday at 03:00', ' [Thursday at 03:00 = 2026-11-26T03:00:00+01:00]'],
  [['date-time'], 'Thursday the 26th at 3pm', ' [Thursday the 26th at 3pm = 2026-11-26T15:00:00+01:00]'],
  [['date-time'], '19:00 on the 5th', ' [19:00 on the 5th = 2026-12-05T19:00:00+01:00]'],
  [
    ['date-time'],
    'tomorrow at half past seven',
    ' [tomorrow at half past seven = 2026-11-24T07:30:00+01:00]',
  ],
  [['date-time'], 'half past seven tonight', ' [half past seven tonight = 2026-11-23T19:30:00+01:00]'],
  [
    ['date-time'],
    'a quarter to nine on Friday',
    ' [a quarter to nine on Friday = 2026-11-27T08:45:00+01:00]',
  ],
  [['time'], 'quarter to 1 in the afternoon', ' [quarter to 1 in the afternoon = 12:45:00+01:00]'],
  [['date-time'], 'half past twelve tomorrow', ' [half past twelve tomorrow = 2026-11-24T12:30:00+01:00]'],
  [['date-time'], 'quarter to twelve tomorrow', ' [quarter to twelve tomorrow = 2026-11-24T11:45:00+01:00]'],
  [['date-time'], 'the 20:15 show on Sunday', ' [20:15 = 20:15:00; on Sunday = 2026-11-29]'],
  // the part that could be read says another day
  [['date'], 'a week from Friday', ''],
  [['date'], 'every Monday', ''],
  [['date'], 'the first Monday of May', ''],
  [['date'], 'Monday week', ''],
  [['date-time'], 'invite May at 5pm', ''],
  [['date-time'], 'quarter past 8 tomorrow evening', ''],
  [['date-time'], 'deliver to the 5th floor, at 12 Main Street', ''],
  // what is no moment, or is one already
  [['date'], 'book it for 2 hours', ''],
  [['date'], 'I sat in the sun', ''],
  [['date'], 'paid on 05/06/2026', ''],
  [['date'], 'next month', ''],
  [['date'], '2026-12-24', ''],
  [['date'], '', ''],
  [['email'], 'tomorrow at 8pm', ''],
];

describe('ground', () => {
  it.each(table)('%j %s → %s', (formats, input, appended) => {
    expect(ground(input, of(...formats), NOW, ZONE)).toBe(input + appended);
  });

  it('keeps the wall clock across a change of offset', () => {
    const saturday = new Date('2026-10-24T12:00:00+02:00');
    expect(ground('tomorrow at 8pm', of('date-time'), saturday, ZONE)).toContain(
      '= 2026-10-25T20:00:00+01:00]',
    );
    expect(ground('in 24 hours', of('date-time'), saturday, ZONE)).toContain('= 2026-10-25T11:00:00+01:00]');
  });

  it('reads the day of the zone it is given, not of the machine', () => {
    const instant = new Date('2026-11-23T23:30:00Z');
    expect(ground('tomorrow', of('date'), instant, 'UTC')).toContain('= 2026-11-24]');
    expect(ground('tomorrow', of('date'), instant, 'Asia/Tokyo')).toContain('= 2026-11-25]');
    expect(ground('tomorrow', of('date'), instant, '+09:00')).toContain('= 2026-11-25]');
  });

  it('finds formats behind $defs, arrays and combinators, and takes none from data', () => {
    const behind = {
      $defs: { day: { format: 'date' } },
      properties: { days: { items: { $ref: '#/$defs/day' } } },
    };
    expect(ground('tomorrow', behind, NOW, ZONE)).toContain('2026-11-24');
    expect(
      ground('tomorrow', { anyOf: [{ properties: { enum: { format: 'date' } } }] }, NOW, ZONE),
    ).toContain('2026-11-24');
    expect(ground('tomorrow', { properties: { a: { const: { format: 'date' } } } }, NOW, ZONE)).toBe(
      'tomorrow',
    );
    expect(ground('tomorrow', { properties: { format: { type: 'string' } } }, NOW, ZONE)).toBe('tomorrow');
    expect(ground('tomorrow', true, NOW, ZONE)).toBe('tomorrow');
  });

  it('appends values that the formats themselves accept', () => {
    const ajv = new Ajv2020({ strictTypes: false });
    addFormats.default(ajv);
    for (const format of ['date-time', 'time']) {
      const text = ground('at 8pm', of(format), NOW, ZONE);
      expect(ajv.validate({ format }, / = (.*)\]$/.exec(text)?.[1]), text).toBe(true);
    }
  });

  it('is quick on hostile text', () => {
    const started = performance.now();
    for (const part of ['1 day ', 'mon ', '1/1/', '3pm - ', 'in 1 ', '9']) {
      ground(part.repeat(50_000 / part.length), of('date'), NOW, ZONE);
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
