import type { GraphBuilder, Value } from '../onnx/index.ts';
import type { DecoderConfig } from './types.ts';

/** What `down` takes: activation(gate) × up (Shazeer 2020); gateUp is [B, S, 2 · intermediate]. */
export function gatedUnit(g: GraphBuilder, config: DecoderConfig, gateUp: Value): Value {
  const sizes = g.ints(config.intermediate, config.intermediate);
  const [gate, up] = g.nodes('Split', [gateUp, sizes], 2, { attributes: { axis: -1n } }) as [Value, Value];
  const activated =
    config.activation === 'gelu_tanh'
      ? g.node('Gelu', [gate], { attributes: { approximate: 'tanh' } })
      : // QuickGelu with alpha 1 is silu in one kernel.
        g.node('QuickGelu', [gate], { domain: 'com.microsoft', attributes: { alpha: 1 } });
  return g.node('Mul', [activated, up]);
}
