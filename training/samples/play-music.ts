import { capital, finish, first, invented, last, polite, WORDS } from './pools.ts';
import type { Random } from './random.ts';
import type { Sample, SampleTool } from './sample.ts';

const GENRES =
  'jazz|rock|classical music|hip hop|pop|blues|reggae|country|techno|heavy metal|folk|soul|ambient music|salsa|punk|opera|lo-fi|indie rock|disco|bossa nova|funk|house|swing'.split(
    '|',
  );
const ROOMS = ['kitchen', 'living room', 'bedroom', 'bathroom', 'office', 'everywhere'] as const;
const word = (r: Random): string => (r.chance(0.6) ? capital(r.pick(WORDS)) : invented(r));
const name = (r: Random): string => Array.from({ length: r.int(1, 3) }, () => word(r)).join(' ');
const song = (r: Random): string =>
  r.pick([
    () => name(r),
    () => name(r),
    () => `${word(r)} of the ${word(r)}`,
    () => `My ${word(r)}`,
    () => `${first(r)} in the ${word(r)}`,
    () => name(r).toLowerCase(),
    () => `Don't ${r.pick(['Stop', 'Lose', 'Forget', 'Break'])} the ${word(r)}`,
    () => `${r.pick(['Hey', 'Hello', 'Goodbye', 'Sweet', 'Crazy', 'Little', 'Yellow', 'Black'])} ${word(r)}`,
  ])();
const artist = (r: Random): string =>
  r.pick([
    () => `${first(r)} ${last(r)}`,
    () => `${first(r)} ${last(r)}`,
    () => `The ${word(r)}s`,
    () => name(r),
    () => invented(r),
    () => `DJ ${first(r)}`,
    () => `${word(r)} and the ${word(r)}s`,
    () => last(r).toLowerCase(),
  ])();

export const playMusic: SampleTool = {
  name: 'play_music',
  make(r): Sample {
    const kind = r.pick(['song', 'album', 'artist', 'playlist', 'genre'] as const);
    const item =
      kind === 'genre'
        ? r.pick(GENRES)
        : kind === 'artist'
          ? artist(r)
          : kind === 'playlist'
            ? r.pick([
                () => name(r),
                () => `${capital(r.pick(WORDS))} Vibes`,
                () =>
                  r.pick([
                    'workout',
                    'party',
                    'dinner',
                    'focus',
                    'morning run',
                    'road trip',
                    'sleep',
                    'study',
                    'chill',
                  ]),
              ])()
            : song(r);
    const by = (kind === 'song' || kind === 'album') && r.chance(0.55) ? artist(r) : undefined;
    const room = r.chance(0.4) ? r.pick(ROOMS) : undefined;
    const shuffle = kind !== 'song' && r.chance(0.25);
    const phrase = {
      song: () => r.pick([`the song ${item}`, `${item}`, `the track ${item}`]) + (by ? ` by ${by}` : ''),
      album: () =>
        r.pick([`the album ${item}`, `album ${item}`, `the record ${item}`]) +
        (by ? r.pick([` by ${by}`, ` from ${by}`]) : ''),
      artist: () =>
        r.pick([`something by ${item}`, `music by ${item}`, `songs by ${item}`, `the artist ${item}`]),
      playlist: () =>
        r.pick([
          `my ${item} playlist`,
          `the ${item} playlist`,
          `the playlist ${item}`,
          `my playlist ${item}`,
        ]),
      genre: () => r.pick([`some ${item}`, item, `a bit of ${item}`]),
    }[kind]();
    const where = room
      ? room === 'everywhere'
        ? r.pick([' everywhere', ' in every room', ' in all rooms'])
        : r.pick([` in the ${room}`, ` in my ${room}`, ` on the ${room} speaker`])
      : '';
    const mixed = shuffle ? r.pick([' on shuffle', ', shuffled', ' in random order', ' shuffled']) : '';
    const verb = r.pick(['play', 'play', 'play', 'put on', 'start', 'start playing', 'turn on', 'listen to']);
    const text = r.pick([
      () => polite(r, `${verb} ${phrase}${where}${mixed}`),
      () => polite(r, `${verb} ${phrase}${mixed}${where}`),
      () => finish(r, `I want to hear ${phrase}${where}${mixed}`),
      () => finish(r, `I want to listen to ${phrase}${where}${mixed}`),
      () => finish(r, `${phrase}${where}${mixed}`),
      () => polite(r, `${verb}${where} ${phrase}${mixed}`),
      () => finish(r, `let's hear ${phrase}${where}${mixed}`),
    ])();
    return {
      text,
      arguments: {
        kind,
        item,
        ...(by && { artist: by }),
        ...(room && { room }),
        ...(shuffle && { shuffle }),
      },
    };
  },
};
