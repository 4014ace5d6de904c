// The registry: which tools there are, in which version, with which schema, grammar, upstream and adapter.
// A manifest is checked whole before anything of it is stored (bounds, validator, grammar, upstream,
// examples); versions never change; what is current is held in memory and found by full-text search.
//
//     const registry = createRegistry({ store: store.tools, validator });
//     for (const { manifest } of await loadManifests('schemas')) await registry.register(manifest);
//     const candidates = await registry.search('a table for four tonight', 8);
export { createGrammarCompiler, type GrammarCompiler } from './grammar-compiler.ts';
export { type GrammarTexts, loadGrammars } from './load-grammars.ts';
export { loadManifest, loadManifests, type ManifestFile } from './load-manifests.ts';
export { rankTools } from './rank-tools.ts';
export { createRegistry, type RegistryOptions } from './registry.ts';
export type { Example, Policy, Registry, Tool, ToolManifest } from './types.ts';
