// The way of one call: select a tool, generate its arguments, judge them, forward them once, record all of it.
// `pipeline.ts` reads top to bottom; `states.ts` is the table of what may follow what; every state is durable before
// its effects are, so `recover()` can end or park whatever a crash left open without sending anything twice.
// What is not fit to go out waits for a person (`src/reviews/`), who sends it on through `forward`.
// `ground` works out what a text says of days and times, for serving and for training data alike.
export { type Admission, createAdmission } from './admission.ts';
export { type CallListFilter, type CallOptions, type Calls, createCalls } from './create-calls.ts';
export { ground } from './grounding.ts';
export { forgetOldKeys } from './idempotency.ts';
export { type Arguments, isArguments } from './judge.ts';
export type { Also } from './open-call.ts';
export type {
  AdapterLookup,
  AdapterVersions,
  CallPorts,
  CallsOptions,
  HeldAdapters,
} from './ports.ts';
export type { Recovery } from './recover.ts';
export { toReason } from './result.ts';
export { type CallState, isState, STATES } from './states.ts';
export type {
  CallEvent,
  CallRecord,
  CallRequest,
  CallResult,
  CallStatus,
  CallSummary,
  ReviewReason,
} from './types.ts';
export { isTimeZone } from './zone.ts';
