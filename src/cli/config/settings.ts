import { fileURLToPath } from 'node:url';
import { choice, integer, list, type Setting, SettingError, text, toggle } from './setting.ts';

/** The grammars that every gateway has. */
export const SHIPPED_GRAMMARS = fileURLToPath(new URL('../../../grammars', import.meta.url));

const shipped = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

const LOCAL_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * The whole configuration. `demo_port` is `--demo-port` as a flag, `TENON_DEMO_PORT` in the
 * environment and `demo_port` in tenon.toml; the first of these that says something wins.
 */
export const SETTINGS = {
  host: text('127.0.0.1', 'ADDRESS', 'Address to listen on'),
  port: integer(8787, 0, 65_535, 'Port to listen on; 0 takes any free one'),
  data: text('data', 'DIR', 'Folder of the database and of uploaded adapters'),
  model: text(
    shipped('models/tenon-base'),
    'MODEL',
    'Base model: a name that tenon model add gave, or a Hugging Face folder',
  ),
  precision: choice(
    ['fp32', 'int8', 'int4'],
    'fp32',
    'How the matrices of the model are held: less memory, less exact',
  ),
  adapters: text(shipped('adapters'), 'DIR', 'Folder of LoRA adapters, one PEFT folder each'),
  grammars: list(
    'DIRS',
    'Folders of GBNF grammars for x-grammar, beside the shipped ones, comma-separated',
    (folder) => folder,
  ),
  demo: toggle('Register the sample tools and start the demo service'),
  demo_port: integer(8788, 0, 65_535, 'Port of the demo service; 0 takes any free one'),
  allowed_origins: list(
    'ORIGINS',
    'Origins on private addresses that tools may call, comma-separated',
    origin,
  ),
  time_zone: text(LOCAL_ZONE, 'ZONE', 'Where "tomorrow" is: an IANA time zone', timeZone),
  max_body_bytes: integer(1_000_000, 1_000, 100_000_000, 'Largest request body, in bytes'),
  log_level: choice(['error', 'warn', 'info', 'debug', 'silent'], 'info', 'Least level that is logged'),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

export type Config = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer T> ? T : never;
};

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

export const flagOf = (name: SettingName): string => `--${name.replaceAll('_', '-')}`;
export const envOf = (name: SettingName): string => `TENON_${name.toUpperCase()}`;

function origin(item: string): string {
  const url = URL.canParse(item) ? new URL(item) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.origin === item.replace(/\/$/, ''))
    return url.origin;
  throw new SettingError(`"${item}" is not an origin such as http://127.0.0.1:8788`);
}

function timeZone(item: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: item });
    return item;
  } catch {
    throw new SettingError(`"${item}" is not a time zone such as Europe/Berlin`);
  }
}
