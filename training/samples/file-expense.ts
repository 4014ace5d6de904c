import { CITIES, capital, finish, invented, last, pastDay, polite, WORDS } from './pools.ts';
import type { Random } from './random.ts';
import { type Sample, type SampleTool, WHEN } from './sample.ts';

const THINGS: Readonly<Record<string, readonly string[]>> = {
  travel: [
    'the train to Rome',
    'a bus ticket',
    'a cab',
    'the ferry',
    'the subway',
    'a bike rental',
    'flights to Oslo',
    'a train ride',
    'gas',
    'a taxi',
    'the train',
    'a flight',
    'train tickets',
    'a rental car',
    'parking',
    'fuel',
    'the bus',
    'an Uber',
    'a flight ticket',
    'airport parking',
    'tolls',
  ],
  meals: [
    'a business lunch',
    'drinks with the team',
    'sandwiches',
    'dinner with partners',
    'catering',
    'a meal',
    'tea',
    'lunch',
    'dinner',
    'a team dinner',
    'coffee',
    'breakfast',
    'lunch with a client',
    'a working lunch',
    'snacks for the meeting',
    'a client dinner',
    'pizza for the team',
  ],
  lodging: [
    'the hotel in Paris',
    'one night in a hotel',
    'a guest house',
    'hotel',
    'a room at the inn',
    'an Airbnb',
    'a hotel',
    'two nights at the hotel',
    'the hotel room',
    'a hostel',
    'an apartment for the trip',
    'the hotel stay',
    'three nights lodging',
  ],
  supplies: [
    'a laptop stand',
    'a headset',
    'batteries',
    'paper',
    'a desk lamp',
    'staples',
    'a webcam',
    'a charger',
    'printer paper',
    'a keyboard',
    'office supplies',
    'pens',
    'a mouse',
    'notebooks',
    'an office chair',
    'a monitor',
    'toner',
    'cables',
    'a whiteboard',
  ],
  software: [
    'a Figma subscription',
    'the Adobe licence',
    'a domain',
    'a server',
    'the Slack subscription',
    'an antivirus licence',
    'API credits',
    'a software licence',
    'an app subscription',
    'the cloud subscription',
    'a plugin',
    'an IDE licence',
    'the annual software subscription',
    'hosting',
  ],
  training: [
    'a seminar',
    'the conference',
    'language lessons',
    'a summit ticket',
    'a webinar',
    'exam fees',
    'a course',
    'a conference ticket',
    'an online course',
    'a workshop',
    'a training',
    'a certification exam',
    'a book on management',
  ],
  other: ['a gift for a client', 'flowers', 'postage', 'a visa fee', 'the cleaning', 'a parcel', 'bank fees'],
};

const merchantOf = (r: Random): string =>
  r.pick([
    () =>
      `${capital(r.pick(WORDS))} ${r.pick(['Hotel', 'Cabs', 'Air', 'Books', 'Store', 'Rail', 'Software', 'Cafe', 'Academy', 'Supplies', 'Bistro'])}`,
    () => `Hotel ${r.pick(CITIES)}`,
    () => invented(r),
    () => invented(r),
    () => `${last(r)} ${r.pick(['GmbH', 'Ltd', '& Sons', 'Inc', 'Brothers'])}`,
    () => `${capital(r.pick(WORDS))}${r.pick(WORDS)}`,
    () => last(r),
  ])();

const money = (r: Random): { said: string; value: number; currency: string } => {
  const value = r.pick([
    () => r.int(1, 99),
    () => r.int(100, 999),
    () => r.int(100, 9999) / 100,
    () => r.int(1000, 99999) / 100,
    () => r.int(1, 400) * 5,
    () => r.int(10, 999) / 10,
  ])();
  const currency = r.pick(['EUR', 'EUR', 'USD', 'USD', 'GBP', 'CHF', 'JPY']);
  const n = Number.isInteger(value) ? String(value) : value.toFixed(2);
  const said = r.pick(
    (
      {
        EUR: [`${n} euros`, `${n} EUR`, `€${n}`, `${n}€`, `${n} euro`, `EUR ${n}`],
        USD: [`${n} dollars`, `$${n}`, `${n} USD`, `${n} bucks`, `USD ${n}`],
        GBP: [`£${n}`, `${n} pounds`, `${n} GBP`],
        CHF: [`${n} francs`, `CHF ${n}`, `${n} CHF`, `${n} Swiss francs`],
        JPY: [`${n} yen`, `¥${n}`, `${n} JPY`],
      } as Record<string, string[]>
    )[currency] as string[],
  );
  return { said, value, currency };
};

export const fileExpense: SampleTool = {
  name: 'file_expense',
  make(r): Sample {
    const { said, value, currency } = money(r);
    const category = r.pick(Object.keys(THINGS));
    const thing = r.pick(THINGS[category] as readonly string[]);
    const when = r.chance(0.65) ? pastDay(r) : undefined;
    const merchant = r.chance(0.45) ? merchantOf(r) : undefined;
    const at = merchant
      ? r.pick([` at ${merchant}`, ` from ${merchant}`, ` with ${merchant}`, ` to ${merchant}`])
      : '';
    const day = when ? ` ${when}` : '';
    const verb = r.pick([
      'file an expense of',
      'expense',
      'file',
      'log an expense of',
      'submit an expense of',
      'claim',
      'reimburse me',
      'claim back',
      'record an expense of',
      'file an expense:',
    ]);
    const text = r.pick([
      () => polite(r, `${verb} ${said} for ${thing}${at}${day}`),
      () => polite(r, `${verb} ${said} for ${thing}${day}${at}`),
      () => polite(r, `expense ${thing}${at} for ${said}${day}`),
      () => polite(r, `file ${thing}${at}${day}, ${said}`),
      () => finish(r, `I paid ${said} for ${thing}${at}${day}, please file it`),
      () => finish(r, `${day ? `${when} ` : ''}I spent ${said} on ${thing}${at}, file that as an expense`),
      () => polite(r, `${verb} ${said} ${r.pick(['spent on', 'for', 'paid for'])} ${thing}${at}${day}`),
      () => finish(r, `${said} for ${thing}${at}${day}, file it`),
      () => finish(r, `${thing}${at}${day}: ${said}`),
      () => finish(r, `${said} ${thing}${at}${day}`),
      () => finish(r, `I bought ${thing}${at}${day} for ${said} and want the money back`),
    ])();
    return {
      text,
      ...(when && { when }),
      arguments: {
        amount: { value, currency },
        category,
        ...(when && { date: WHEN }),
        ...(merchant && { merchant }),
      },
    };
  },
};
