import type { GraphBuilder, Value } from '../onnx/index.ts';

/** Far below any score, yet finite; added to a bias that is as low already, still finite. */
const HIDDEN = -1e9;

/**
 * Hides what lies `window` tokens back or more: `bias` [B, 1, S, T] for a layer of local attention (Beltagy et al.
 * 2020). A key's position is its place in the past, and for new tokens what `positions` [B, S] says.
 */
export function windowedBias(g: GraphBuilder, bias: Value, positions: Value, window: number): Value {
  const size = (of: Value, axis: bigint) =>
    g.node('Shape', [of], { attributes: { start: axis, end: axis + 1n } });
  const past = g.node('Sub', [size(bias, 3n), size(positions, 1n)]);
  const places = g.node('Range', [g.index(0), g.node('Squeeze', [past]), g.index(1)]);
  const rows = g.node('Concat', [size(positions, 0n), past], { attributes: { axis: 0n } });
  const keys = g.node('Concat', [g.node('Expand', [places, rows]), positions], { attributes: { axis: 1n } });
  const distance = g.node('Sub', [
    g.node('Unsqueeze', [positions, g.ints(1, 3)]),
    g.node('Unsqueeze', [keys, g.ints(1, 2)]),
  ]);
  const far = g.node('GreaterOrEqual', [distance, g.index(window)]);
  return g.node('Add', [bias, g.node('Where', [far, g.scalar(HIDDEN), g.scalar(0)])]);
}
