import { InferenceSession } from 'onnxruntime-node';

/**
 * The engine's real thread, in which the model's runs can be made to fail from outside: environment variables of the
 * thread say how. What is asked for is told by the token that the poisonous word is.
 */
const { prototype } = InferenceSession as unknown as { readonly prototype: InferenceSession };
const { run } = prototype;
const poison = (feeds: Parameters<typeof run>[0], name: string): boolean => {
  const token = process.env[name];
  const ids = feeds.ids && 'data' in feeds.ids ? (feeds.ids.data as BigInt64Array) : new BigInt64Array();
  return token !== undefined && ids.includes(BigInt(token));
};

prototype.run = function (this: InferenceSession, ...args: Parameters<typeof run>) {
  const [feeds] = args;
  if (poison(feeds, 'TEST_EXIT')) process.exit(7);
  if (poison(feeds, 'TEST_THROW')) return Promise.reject(new Error('std::bad_alloc'));
  if (poison(feeds, 'TEST_HEAP')) {
    const hoard: unknown[] = [];
    for (;;) hoard.push({ of: hoard.length });
  }
  return run.apply(this, args);
} as typeof run;

await import('../../src/engine/onnx/worker.ts');
