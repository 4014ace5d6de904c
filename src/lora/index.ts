// LoRA adapters in PEFT's format: read with suspicion and checked against the model, written so that PEFT and
// vLLM read them, known by the digest of their content, and laid out in slots for a decoder graph in which
// every row of a batch has its own. A plain LoRA on any linear layer is served, whatever its ranks; what else
// PEFT can do is refused by name. The layout fuses q, k, v and gate, up as the graph does.
export { readAdapter } from './read-adapter.ts';
export { type Residency, ResidentAdapters, type SiteStack } from './resident-adapters.ts';
export type { LoraAdapter, LoraModule, SitePair } from './types.ts';
export { type WriteAdapterOptions, writeAdapter } from './write-adapter.ts';
