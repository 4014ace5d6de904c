import { finish, polite, spoken } from './pools.ts';
import type { Sample, SampleTool } from './sample.ts';

const ROOMS = [
  'kitchen',
  'living room',
  'bedroom',
  'bathroom',
  'hallway',
  'office',
  'garage',
  'garden',
] as const;
const COLORS = ['white', 'warm white', 'red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink'] as const;

export const setLight: SampleTool = {
  name: 'set_light',
  make(r): Sample {
    const room = r.pick(ROOMS);
    const lamp = r.pick([
      `the ${room} lights`,
      `the lights in the ${room}`,
      `the ${room} light`,
      `the light in the ${room}`,
      `${room} lights`,
      `the lamp in the ${room}`,
      `the ${room} lamps`,
    ]);
    const [phrases, state] = r.pick([
      () =>
        [
          [
            `turn on ${lamp}`,
            `switch on ${lamp}`,
            `lights on in the ${room}`,
            `${room} light on`,
            `light on in the ${room}`,
            `${lamp} on`,
            `I need light in the ${room}`,
            `switch ${lamp} on`,
            `turn ${lamp} on`,
            `light up the ${room}`,
            `put on ${lamp}`,
            `it's too dark in the ${room}, turn on the light`,
          ],
          { on: true },
        ] as const,
      () =>
        [
          [
            `turn off ${lamp}`,
            `switch off ${lamp}`,
            `${room} light off`,
            `lights off in the ${room}`,
            `light off in the ${room}`,
            `${lamp} off`,
            `make it dark in the ${room}`,
            `nobody is in the ${room}, lights off`,
            `switch ${lamp} off`,
            `turn ${lamp} off`,
            `kill ${lamp}`,
            `lights out in the ${room}`,
            `shut off ${lamp}`,
          ],
          { on: false },
        ] as const,
      () => {
        const n = r.pick([r.int(0, 100), r.int(1, 20) * 5, r.int(1, 10) * 10]);
        const said =
          n === 50 && r.chance(0.3)
            ? 'half'
            : n === 100 && r.chance(0.5)
              ? 'full brightness'
              : r.pick([`${spoken(r, n)} percent`, `${n}%`, `${n} %`]);
        return [
          [
            `dim ${lamp} to ${said}`,
            `dim the ${room} to ${said}`,
            `set the ${room} to ${said}`,
            `${said} light in the ${room}`,
            `brightness in the ${room} ${said}`,
            `lower ${lamp} to ${said}`,
            `set ${lamp} to ${said}`,
            `put ${lamp} at ${said}`,
            `brighten ${lamp} to ${said}`,
            `make ${lamp} ${said}`,
            `${lamp} to ${said}`,
          ],
          { brightness: n },
        ] as const;
      },
      () => {
        const c = r.pick(COLORS);
        return [
          [
            `make ${lamp} ${c}`,
            `${c} in the ${room}`,
            `make the ${room} ${c}`,
            `give me ${c} light in the ${room}`,
            `I would like ${c} in the ${room}`,
            `switch the ${room} to ${c}`,
            `set ${lamp} to ${c}`,
            `change ${lamp} to ${c}`,
            `turn ${lamp} ${c}`,
            `color ${lamp} ${c}`,
            `I want ${c} light in the ${room}`,
            `${c} lights in the ${room}`,
          ],
          { color: c },
        ] as const;
      },
    ])();
    const core = r.pick(phrases);
    const text = /^(I|it's|lights|the|\w+ lights)/.test(core) ? finish(r, core) : polite(r, core);
    return { text, arguments: { room, state } };
  },
};
