import type { Random } from './random.ts';

export const FIRST_NAMES =
  'Anna Ben Carla David Elena Farid Greta Hassan Ines Jonas Katrin Liam Maria Nadia Omar Priya Quentin Rosa Samir Tanja Ulrich Vera Wei Ximena Yusuf Zoe Bob Alice Tom Emma Noah Olivia Lucas Mia Ethan Sofia Leo Chloe Max Julia Peter Sarah Kevin Laura Mike Nina Oscar Paula Ryan Sandra Tim Ursula Victor Wendy Ahmed Bianca Chen Dmitri Fatima Giulia Hiro Ivan'.split(
    ' ',
  );
export const LAST_NAMES =
  'Smith Jones Miller Garcia Rossi Weber Dubois Kowalski Nguyen Khan Silva Novak Berg Costa Fischer Laurent Moreau Okafor Patel Romano Schmidt Tanaka Urban Vogel Wagner Young Zimmer Andersson Brown Clark Davies Evans Ferrari Green Hughes Ito Jensen Keller Lopez Marino Haddad Lindqvist Petrov'.split(
    ' ',
  );
export const CITIES =
  'Paris London Berlin Madrid Rome Vienna Lisbon Oslo Helsinki Prague Warsaw Dublin Athens Zurich Geneva Amsterdam Brussels Copenhagen Stockholm Budapest Hamburg Munich Cologne Milan Naples Barcelona Seville Porto Lyon Marseille Nice Boston Chicago Seattle Denver Austin Dallas Houston Miami Atlanta Toronto Montreal Vancouver Tokyo Osaka Kyoto Seoul Beijing Shanghai Singapore Mumbai Delhi Bangalore Sydney Melbourne Auckland Cairo Nairobi Lagos Accra Istanbul Dubai Reykjavik Tallinn Riga Vilnius'
    .split(' ')
    .concat([
      'New York',
      'Los Angeles',
      'San Francisco',
      'Buenos Aires',
      'Mexico City',
      'Cape Town',
      'Hong Kong',
      'Kuala Lumpur',
      'Rio de Janeiro',
      'Tel Aviv',
      'St. Gallen',
      'New Orleans',
      'Las Vegas',
      'Salt Lake City',
      'Bad Homburg',
    ]);
export const WORDS =
  'amber anchor apple arrow autumn basil beacon birch blue bridge bright cedar cherry cloud copper coral crane crystal dawn deep delta ember falcon fern fire flint forest fox garden golden granite green harbor hazel heron hill honey iron ivory jade juniper lake lantern laurel lemon lily lotus lunar maple marble meadow mint moon moss north oak ocean olive onyx opal orchid otter palm pearl pepper pine plum poppy quartz rain raven red river robin rose ruby saffron sage salt sand silver sky snow solar spring star stone storm summer sun swan thistle thunder tiger timber tulip valley velvet violet wave west wild willow wind winter wolf'.split(
    ' ',
  );
const SMALL = [
  'zero',
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
  'twelve',
];

const SYLLABLES =
  'ba be bi bo bu ca ce co da de di do dra el en er fa fe fi fo ga ge gi go gra ha he hi ho in is ja jo ka ke ki ko kra la le li lo lu ma me mi mo mu na ne ni no or pa pe pi po pra ra re ri ro ru sa se shi so sta sto ta te ti to tra tu ul va ve vi vo wa wi xa ya yo za ze zi zo'.split(
    ' ',
  );
const ENDINGS = [
  '',
  '',
  '',
  'n',
  's',
  'r',
  'l',
  'm',
  'th',
  'x',
  'ck',
  'nd',
  'ro',
  'ini',
  'sson',
  'berg',
  'ton',
];
/** A name nobody has heard, so that names are copied and never remembered. */
export const invented = (r: Random): string =>
  capital(
    Array.from({ length: r.int(1, 3) }, () => r.pick(SYLLABLES)).join('') +
      r.pick(SYLLABLES) +
      r.pick(ENDINGS),
  );

export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
export const title = (text: string): string => text.split(' ').map(capital).join(' ');
/** 4 → "four" or "4". */
export const spoken = (r: Random, n: number): string =>
  n < SMALL.length && r.chance(0.5) ? (SMALL[n] as string) : String(n);
export const first = (r: Random): string => (r.chance(0.5) ? r.pick(FIRST_NAMES) : invented(r));
export const last = (r: Random): string => (r.chance(0.4) ? r.pick(LAST_NAMES) : invented(r));
export const person = (r: Random): string =>
  r.pick([
    () => first(r),
    () => first(r),
    () => `${first(r)} ${last(r)}`,
    () => `${r.pick(['Dr.', 'Mr.', 'Ms.', 'Mrs.', 'Prof.'])} ${last(r)}`,
  ])();
export const email = (r: Random): string => {
  const [a, b] = [first(r).toLowerCase(), last(r).toLowerCase()];
  return `${r.pick([`${a}.${b}`, `${a}${b}`, `${a[0]}${b}`, a, `${a}_${b}`, `${b}${r.int(1, 99)}`])}@${r.pick([`${r.pick(WORDS)}.com`, `${r.pick(WORDS)}${r.pick(WORDS)}.io`, `${r.pick(WORDS)}.org`, 'gmail.com', 'example.com', `mail.${r.pick(WORDS)}.net`, `${b}.de`])}`;
};

const CLOCK = (r: Random): string => {
  const hour = r.int(1, 12);
  const minute = r.pick(['', '', '', ':30', ':15', ':45', ':00', ':10', ':20']);
  return r.pick([
    `${hour}${minute}pm`,
    `${hour}${minute} pm`,
    `${hour}${minute}am`,
    `${hour}${minute} PM`,
    `${r.int(7, 23)}:${r.pick(['00', '15', '30', '45'])}`,
    'noon',
    `${hour} o'clock`,
  ]);
};
const WEEKDAYS = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
  'monday',
  'tuesday',
  'friday',
  'saturday',
];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
  'Jan',
  'Feb',
  'Sept',
  'Oct',
  'Nov',
  'Dec',
];
const ORDINAL = (n: number): string =>
  `${n}${n % 10 === 1 && n !== 11 ? 'st' : n % 10 === 2 && n !== 12 ? 'nd' : n % 10 === 3 && n !== 13 ? 'rd' : 'th'}`;

/** A day still to come, as people say it. */
export const futureDay = (r: Random): string => {
  const d = r.int(1, 28);
  return r.pick([
    'today',
    'tomorrow',
    'tomorrow',
    'the day after tomorrow',
    `next ${r.pick(WEEKDAYS)}`,
    `on ${r.pick(WEEKDAYS)}`,
    `this ${r.pick(WEEKDAYS)}`,
    `on ${r.pick(MONTHS)} ${ORDINAL(d)}`,
    `on ${r.pick(MONTHS)} ${d}`,
    `on the ${ORDINAL(d)} of ${r.pick(MONTHS)}`,
    `in ${r.int(2, 9)} days`,
    `${r.pick(MONTHS)} ${d}`,
    `2026-${String(r.int(1, 12)).padStart(2, '0')}-${String(d).padStart(2, '0')}`,
  ]);
};
export const pastDay = (r: Random): string => {
  const d = r.int(1, 28);
  return r.pick([
    'today',
    'yesterday',
    'yesterday',
    `last ${r.pick(WEEKDAYS)}`,
    `on ${r.pick(MONTHS)} ${ORDINAL(d)}`,
    `on ${r.pick(MONTHS)} ${d}`,
    `on the ${ORDINAL(d)} of ${r.pick(MONTHS)}`,
    `${r.int(2, 9)} days ago`,
    `2026-${String(r.int(1, 12)).padStart(2, '0')}-${String(d).padStart(2, '0')}`,
  ]);
};
/** A day and an hour. */
export const futureMoment = (r: Random): string =>
  r.pick([
    () => `${futureDay(r)} at ${CLOCK(r)}`,
    () => `${futureDay(r)} at ${CLOCK(r)}`,
    () => `at ${CLOCK(r)} ${futureDay(r)}`,
    () => `tonight at ${r.int(6, 11)}`,
    () => `tomorrow ${r.pick(['morning', 'evening'])} at ${r.int(7, 11)}`,
    () => `${futureDay(r)} ${CLOCK(r)}`,
  ])();

/** What people wrap a request in. */
export const polite = (r: Random, core: string): string => {
  const text = r.pick([
    (s: string) => s,
    (s: string) => s,
    (s: string) => `please ${s}`,
    (s: string) => `${s} please`,
    (s: string) => `can you ${s}`,
    (s: string) => `could you ${s}?`,
    (s: string) => `I'd like you to ${s}`,
    (s: string) => `hi, ${s}`,
    (s: string) => `hey ${s}, thanks`,
    (s: string) => `I need you to ${s}`,
    (s: string) => `we need to ${s}`,
  ])(core);
  return finish(r, text);
};
export const finish = (r: Random, text: string): string => {
  const cased = r.chance(0.4) ? capital(text) : text;
  return r.chance(0.25) && !/[.?!]$/.test(cased) ? `${cased}.` : cased;
};
