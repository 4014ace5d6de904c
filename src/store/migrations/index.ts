import type { Migration } from 'kysely/migration';
import { beginning } from './0001-beginning.ts';
import { keysAndAudit } from './0002-keys-and-audit.ts';

/** In order of their names. A migration that has been released is never changed; the next one mends it. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-beginning': beginning,
  '0002-keys-and-audit': keysAndAudit,
};
