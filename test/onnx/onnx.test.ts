import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { encodeModel, encodeModelInParts, GraphBuilder } from '../../src/onnx/index.ts';

async function run(builder: GraphBuilder, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(encodeModel(builder.graph()), { logSeverityLevel: 3 });
  const outputs = await session.run(feeds);
  await session.release();
  return outputs as Record<string, Tensor>;
}

test('a graph written here is one that onnxruntime runs', async () => {
  const g = new GraphBuilder('affine');
  const x = g.input('x', 'float32', ['rows', 2]);
  const w = g.constant('w', 'float32', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
  g.output('y', g.node('Add', [g.node('MatMul', [x, w]), g.scalar(0.5)]), 'float32', ['rows', 3]);
  const { y } = await run(g, { x: new Tensor('float32', [1, 0, 0, 1], [2, 2]) });
  expect([...(y!.data as Float32Array)]).toEqual([1.5, 2.5, 3.5, 4.5, 5.5, 6.5]);
  expect(y!.dims).toEqual([2, 3]);
});

test('attributes of every kind arrive: negative integers, floats, text, lists', async () => {
  const g = new GraphBuilder('attributes');
  const x = g.input('x', 'float32', [2, 3]);
  const transposed = g.node('Transpose', [x], { attributes: { perm: [1n, 0n] } });
  const softmax = g.node('Softmax', [transposed], { attributes: { axis: -1n } });
  const leaky = g.node('LeakyRelu', [x], { attributes: { alpha: 0.25 } });
  const padded = g.node('Pad', [leaky, g.ints(0, 1, 0, 0)], { attributes: { mode: 'edge' } });
  g.output('softmax', softmax, 'float32', [3, 2]);
  g.output('padded', padded, 'float32', [2, 4]);
  const { softmax: s, padded: p } = await run(g, { x: new Tensor('float32', [-4, 0, 1, -4, 0, 1], [2, 3]) });
  expect([...(s!.data as Float32Array)]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
  expect([...(p!.data as Float32Array)]).toEqual([-1, -1, 0, 1, -1, -1, 0, 1]);
});

test('a left-out optional input and an operator of another domain', async () => {
  const g = new GraphBuilder('optional');
  const x = g.input('x', 'float32', [3]);
  const clipped = g.node('Clip', [x, null, g.scalar(1)]);
  g.output(
    'y',
    g.node('QuickGelu', [clipped], { domain: 'com.microsoft', attributes: { alpha: 1 } }),
    'float32',
    [3],
  );
  const { y } = await run(g, { x: new Tensor('float32', [-1, 0, 5], [3]) });
  const silu = (v: number) => v / (1 + Math.exp(-v));
  for (const [i, v] of [-1, 0, 1].entries()) expect((y!.data as Float32Array)[i]).toBeCloseTo(silu(v), 6);
});

test('a constant shared by many nodes is written once', () => {
  const g = new GraphBuilder('shared');
  expect(g.ints(0, 1)).toBe(g.ints(0, 1));
  expect(g.graph().constants).toHaveLength(1);
});

test('large constants may stand beside the model', async () => {
  const g = new GraphBuilder('parts');
  const x = g.input('x', 'float32', ['rows', 2]);
  const w = g.constant('w', 'float32', [2, 300], new Float32Array(600).fill(3));
  g.output('y', g.node('Mul', [g.node('MatMul', [x, w]), g.scalar(2)]), 'float32', ['rows', 300]);
  const { bytes, external } = encodeModelInParts(g.graph());
  expect(external.map(({ path, data }) => [path, data.length])).toEqual([['w', 2400]]);
  expect(bytes.length).toBeLessThan(1000);
  const session = await InferenceSession.create(bytes, { externalData: external, logSeverityLevel: 3 });
  const { y } = await session.run({ x: new Tensor('float32', [1, 1], [1, 2]) });
  expect(new Set(y!.data as Float32Array)).toEqual(new Set([12]));
  await session.release();
});
