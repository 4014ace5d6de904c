import { getLlama, type Llama, LlamaLogLevel, type LlamaModel, type Token } from 'node-llama-cpp';

/**
 * llama.cpp on one thread of the processor, or null where node-llama-cpp has no binaries for this platform. Nothing
 * is built and nothing downloaded.
 */
export async function openLlama(): Promise<Llama | null> {
  try {
    return await getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      maxThreads: 1,
      logLevel: LlamaLogLevel.error,
    });
  } catch {
    return null;
  }
}

/** Ln p of every token after each of `tokens`; attention in float32, as ours. */
export async function llamaLogprobs(
  model: LlamaModel,
  tokens: readonly number[],
  lora?: string,
): Promise<number[][]> {
  const context = await createContext(model, lora);
  const evaluated = await context
    .getSequence()
    .controlledEvaluate(tokens.map((token) => [token as Token, { generateNext: { probabilities: true } }]));
  await context.dispose();
  return evaluated.map((output) => {
    const logprobs = new Array<number>(output!.next.probabilities!.size);
    for (const [token, probability] of output!.next.probabilities!) logprobs[token] = Math.log(probability);
    return logprobs;
  });
}

/** The `count` tokens that llama.cpp finds most probable after `tokens`, one after the other. */
export async function llamaGreedy(
  model: LlamaModel,
  tokens: readonly number[],
  count: number,
  lora?: string,
): Promise<number[]> {
  const context = await createContext(model, lora);
  const written: number[] = [];
  const options = { temperature: 0, yieldEogToken: true } as const;
  for await (const token of context.getSequence().evaluate([...tokens] as Token[], options)) {
    if (written.push(token) === count) break;
  }
  await context.dispose();
  return written;
}

function createContext(model: LlamaModel, lora?: string) {
  return model.createContext({
    contextSize: 256,
    flashAttention: false,
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
    ...(lora !== undefined && { lora }),
  });
}
