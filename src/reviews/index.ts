// What a person must look at before it may go out, and what they decided: approve, correct, reject.
// A decision and the state that follows for its call become durable together, so of two reviewers one wins.
// Nothing leaves that does not fit the schema the call was made with, whoever says so.
// What was corrected is kept beside what the model had said: the data set its adapter learns from.
export { correctionsAsJsonl, readCorrections } from './corrections.ts';
export { createReviews, type ReviewListFilter, type Reviews } from './create-reviews.ts';
export type { ReviewPorts } from './decide.ts';
export type { Correction, ReviewDecision, ReviewRecord, ReviewStatus, ReviewSummary } from './types.ts';
