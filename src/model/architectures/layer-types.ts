import { invalid, unsupported } from '../config-fields.ts';
import type { JsonObject } from '../read-json.ts';

const LOCAL = 'sliding_attention';
const GLOBAL = 'full_attention';

/** Which layers see a window only: `layer_types` of config.json, else `rule`. */
export function localLayers(
  json: JsonObject,
  layers: number,
  rule: (layer: number) => boolean,
): readonly boolean[] {
  const types = json.layer_types ?? null;
  if (types === null) return Array.from({ length: layers }, (_, layer) => rule(layer));
  if (!Array.isArray(types) || types.length !== layers)
    throw invalid('layer_types does not name every layer');
  return types.map((type: unknown) => {
    if (type !== LOCAL && type !== GLOBAL) throw unsupported(`layer type ${JSON.stringify(type)}`);
    return type === LOCAL;
  });
}
