// LoRA adapters in PEFT's format: read with suspicion and checked against the model, written so that PEFT and
// vLLM read them, known by the digest of their content. A registered adapter is a few kilobytes of metadata; its
// weights stay in their file until a batch needs them, and are then copied into one of a bounded number of slots
// of the decoder graph, in which every row of a batch has its own. A plain LoRA on any linear layer is served,
// whatever its ranks; what else PEFT can do is refused by name. The layout fuses q, k, v and gate, up as the graph does.
export { readAdapter, readModules } from './read-adapter.ts';
export { type Residency, ResidentAdapters } from './resident-adapters.ts';
export type { SiteStack } from './site-stacks.ts';
export type { LoraAdapter, LoraModule } from './types.ts';
export { type WriteAdapterOptions, writeAdapter } from './write-adapter.ts';
