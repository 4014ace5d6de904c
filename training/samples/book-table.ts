import {
  CITIES,
  capital,
  finish,
  first,
  futureMoment,
  invented,
  last,
  polite,
  spoken,
  WORDS,
} from './pools.ts';
import type { Random } from './random.ts';
import { type Sample, type SampleTool, WHEN } from './sample.ts';

const restaurant = (r: Random): string =>
  r.pick([
    () => `${first(r)}'s`,
    () => `${last(r)}'s`,
    () => invented(r),
    () => invented(r),
    () => `${invented(r)} ${invented(r)}`,
    () =>
      `${r.pick(['Chez', 'La', 'Le', 'Zum', 'Osteria', 'Trattoria', 'Casa', 'El', 'Ristorante', 'Cafe', 'Bar', 'Gasthof', 'Taverna'])} ${r.chance(0.5) ? invented(r) : capital(r.pick(WORDS))}`,
    () =>
      `The ${capital(r.pick(WORDS))} ${capital(r.pick([...WORDS, 'kitchen', 'table', 'house', 'grill', 'tavern', 'bistro']))}`,
    () =>
      `${r.chance(0.5) ? capital(r.pick(WORDS)) : invented(r)} ${r.pick(['Grill', 'Kitchen', 'Bistro', 'Tavern', 'House', 'Cafe', 'Diner', 'Bar', 'Brasserie', 'Palace', 'Inn', 'Lounge', 'Pizza', 'Burger'])}`,
    () => `${capital(r.pick(WORDS))} ${capital(r.pick(WORDS))} ${r.pick(['Cafe', 'Grill', 'Inn', 'Bar'])}`,
    () => `${r.pick(CITIES)} ${r.pick(['Grill', 'Diner', 'Steakhouse', 'Garden'])}`,
    () => `${capital(r.pick(WORDS))} & ${capital(r.pick(WORDS))}`,
    () => r.pick(WORDS),
    () => invented(r).toLowerCase(),
  ])();

export const bookTable: SampleTool = {
  name: 'book_table',
  make(r): Sample {
    const place = restaurant(r);
    const size = r.chance(0.85) ? r.int(1, 12) : r.int(13, 50);
    const when = futureMoment(r);
    const people = r.pick([
      (n: string) => n,
      (n: string) => `${n} people`,
      (n: string) => `${n} guests`,
      (n: string) => `${n} persons`,
      (n: string) => `a party of ${n}`,
      (n: string) => `${n} of us`,
    ])(spoken(r, size));
    const seating = r.chance(0.25) ? r.pick(['inside', 'outside', 'bar'] as const) : undefined;
    const name = r.chance(0.25) ? (r.chance(0.5) ? first(r) : last(r)) : undefined;
    const verb = r.pick([
      'book a table',
      'reserve a table',
      'get a table',
      'book us a table',
      'make a reservation',
      'find me a table',
      'make a booking',
      'get us a table',
      'book dinner',
      'reserve dinner',
      'book lunch',
    ]);
    const core = r.pick([
      () => `${verb} for ${people} at ${place} ${when}`,
      () => `${verb} at ${place} for ${people} ${when}`,
      () => `${verb} at ${place} ${when} for ${people}`,
      () => `${verb} ${when} at ${place} for ${people}`,
      () => `${verb} for ${people} ${when} at ${place}`,
      () => `${verb} at ${place}, ${when}, ${people}`,
      () => `${r.pick(['eat', 'have dinner', 'have lunch', 'dine'])} at ${place} ${when} with ${people}`,
    ])();
    const where = seating
      ? r.pick(
          {
            inside: [' inside', ', inside please', ' indoors'],
            outside: [' outside', ' on the terrace', ', outdoors'],
            bar: [' at the bar', ', bar seats'],
          }[seating],
        )
      : '';
    const under = name
      ? r.pick(
          [
            ` under ${name}`,
            ` under the name ${name}`,
            `, name is ${name}`,
            ` in the name of ${name}`,
            ` for ${name}`,
          ].slice(0, 4),
        )
      : '';
    const text = r.chance(0.12)
      ? finish(
          r,
          r.pick([
            () => `table for ${people} at ${place} ${when}${where}${under}`,
            () => `${place}, ${people}, ${when}${where}${under}`,
            () => `there will be ${people} at ${place} ${when}, reserve a table${where}${under}`,
          ])(),
        )
      : polite(r, `${core}${where}${under}`);
    return {
      text,
      when,
      arguments: {
        restaurant: place,
        party_size: size,
        time: WHEN,
        ...(seating && { seating }),
        ...(name && { name }),
      },
    };
  },
};
