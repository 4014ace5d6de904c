import { email, finish, futureMoment, person, polite } from './pools.ts';
import type { Random } from './random.ts';
import { type Sample, type SampleTool, WHEN } from './sample.ts';

const TOPICS =
  'the budget|the roadmap|the new website|hiring|the quarterly numbers|the launch|project planning|the sales forecast|onboarding|the security audit|the contract|a design review|sprint planning|the marketing campaign|customer feedback|the release|the annual report|the migration|vendor selection|the office move|pricing|a status update|the product demo|the incident|training|a retrospective|tax questions|the merger|open invoices|the data platform|holiday cover|the supplier contract|our strategy|the press release|a one on one|performance reviews'.split(
    '|',
  );
const bare = (topic: string): string => topic.replace(/^(the|a|an|our) /, '');

const list = (r: Random, names: readonly string[]): string =>
  names.length === 1
    ? (names[0] as string)
    : `${names.slice(0, -1).join(', ')}${r.pick([' and ', ', '])}${names.at(-1)}`;

const DURATIONS: readonly (readonly [string, number])[] = [
  ['for half an hour', 30],
  ['for 30 minutes', 30],
  ['for an hour', 60],
  ['for one hour', 60],
  ['for 45 minutes', 45],
  ['for two hours', 120],
  ['for 15 minutes', 15],
  ['for 20 minutes', 20],
  ['for 90 minutes', 90],
  ['for an hour and a half', 90],
  ['for 10 minutes', 10],
  ['for 2 hours', 120],
  ['for 3 hours', 180],
  ['for 1 hour', 60],
  ['for 40 minutes', 40],
];

export const scheduleMeeting: SampleTool = {
  name: 'schedule_meeting',
  make(r): Sample {
    const attendees = [
      ...new Set(
        Array.from({ length: r.pick([1, 1, 1, 2, 2, 3, 4]) }, () => (r.chance(0.25) ? email(r) : person(r))),
      ),
    ];
    const topic = r.pick(TOPICS);
    const when = futureMoment(r);
    const [long, minutes] = r.chance(0.5) ? r.pick(DURATIONS) : ['', undefined];
    const noun = r.pick(['a meeting', 'a call', 'a meeting', 'an appointment', 'time', 'a video call']);
    const verb = r.pick(['schedule', 'set up', 'arrange', 'plan', 'put in', 'organise', 'book']);
    const who = list(r, attendees);
    const core = r
      .pick([
        () => `${verb} ${noun} with ${who} about ${topic} ${when} ${long}`,
        () => `${verb} ${noun} ${when} with ${who} about ${topic} ${long}`,
        () => `${verb} ${noun} about ${topic} with ${who} ${when} ${long}`,
        () => `${verb} ${noun} on ${topic} ${when} ${long} with ${who}`,
        () => `invite ${who} to a meeting about ${topic} ${when} ${long}`,
        () => `meet with ${who} ${when} ${long} to discuss ${topic}`,
      ])()
      .replace(/ +/g, ' ')
      .trim();
    const text = r.chance(0.1)
      ? finish(r, `${bare(topic)} meeting with ${who} ${when} ${long}`.trim())
      : polite(r, core);
    return {
      text,
      when,
      arguments: {
        title: bare(topic),
        start: WHEN,
        ...(minutes !== undefined && { duration_minutes: minutes }),
        attendees,
      },
    };
  },
};
