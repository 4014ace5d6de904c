import { fileURLToPath } from 'node:url';
import type { Ports } from '../../gateway/index.ts';
import { loadManifests, type ToolManifest } from '../../tools/index.ts';

const SCHEMAS = fileURLToPath(new URL('../../../schemas', import.meta.url));
/** The origin that the files in schemas/ name. */
const WRITTEN_ORIGIN = 'http://127.0.0.1:8788';

/**
 * Makes the sample tools what schemas/ says, pointed at the demo service. A tool that is already so is left
 * alone; one that differs gets a new version. An adapter that is not loaded is left out of its tool.
 */
export async function registerSamples(
  { registry, adapters }: Pick<Ports, 'registry' | 'adapters'>,
  demoUrl: string,
): Promise<void> {
  const loaded = new Set(adapters.list().map(({ name }) => name));
  for (const file of await loadManifests(SCHEMAS)) {
    const { adapter, upstream, ...rest } = file.manifest as ToolManifest;
    await registry.replace(rest.name, {
      ...rest,
      ...(upstream ? { upstream: { ...upstream, url: upstream.url.replace(WRITTEN_ORIGIN, demoUrl) } } : {}),
      ...(adapter !== undefined && loaded.has(adapter) ? { adapter } : {}),
    });
  }
}
