import { TenonError } from '../../errors.ts';
import { type Check, createCheck } from '../check.ts';
import { type NewKey, SCOPES } from './types.ts';

const MOST = 1_000_000_000;

const checkShape = createCheck<NewKey>({
  type: 'object',
  properties: {
    name: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$' },
    scopes: { type: 'array', items: { enum: SCOPES }, minItems: 1, uniqueItems: true },
    tools: {
      type: 'array',
      items: { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,64}$' },
      minItems: 1,
      maxItems: 1000,
      uniqueItems: true,
    },
    requests_per_minute: { type: 'integer', minimum: 1, maximum: MOST },
    concurrency: { type: 'integer', minimum: 1, maximum: MOST },
    tokens_per_day: { type: 'integer', minimum: 1, maximum: MOST },
    expires_at: { type: 'string', maxLength: 40 },
  },
  required: ['name', 'scopes'],
  additionalProperties: false,
});

/** A key as somebody asks for it. Throws `invalid_request`. */
export const checkNewKey: Check<NewKey> = Object.assign((value: unknown) => withMoment(checkShape(value)), {
  schema: checkShape.schema,
});

/** The expiry in UTC, as it is compared. */
function withMoment(key: NewKey): NewKey {
  if (key.expires_at === undefined) return key;
  const moment = Date.parse(key.expires_at);
  const isWritten = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(
    key.expires_at,
  );
  if (!isWritten || !(moment > Date.now())) {
    const reason = '"expires_at" must be a day or a moment (ISO 8601 with an offset) that lies ahead.';
    throw new TenonError('invalid_request', { reason }, { param: 'expires_at' });
  }
  return { ...key, expires_at: new Date(moment).toISOString() };
}
