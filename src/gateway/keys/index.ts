// API keys: who may do what, how often, and who did it. Off until a key exists, on from then on.
// A secret is 256 random bits, shown once and kept as its SHA-256; `access.ts` is the table of what each
// route asks for, and what is not in it asks for `admin`. Limits are counted in memory, spent tokens in the store.
// Every change of a key becomes durable together with a line of the audit log.
export { checkScope, needOf } from './access.ts';
export { checkNewKey } from './check-new-key.ts';
export { createKeys, type Keys } from './create-keys.ts';
export { createKeyLimiter, type KeyLimiter } from './key-limiter.ts';
export { actorOf, checkTool, mayUseTool, seesAllCalls, type Who } from './permission.ts';
export { type ApiKey, type Caller, type KeyWithSecret, type NewKey, SCOPES, type Scope } from './types.ts';
