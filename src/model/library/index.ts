// The models of a data folder: found by name, added from a folder or from a hub, checked before they are there.
// A face of its own, because a gateway only looks for a name here and must not wait for what reads models.
// What is added is inspected in a process of its own, with limits, and a download appears when all of it is
// there. Folders of the user's are linked to, not copied. Nothing here knows of engines or of what a model
// computes.
export type { FetchProgress } from '../hub/fetch-model.ts';
export type { HubSource } from '../hub/hub-repository.ts';
export type { ModelSummary } from '../inspect-model.ts';
export { type KnownModel, ModelLibrary } from './model-library.ts';
