import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp';

/** llama.cpp by its prebuilt binaries, on as many threads as ours. */
export async function openLlama(threads: number): Promise<Llama> {
  return await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: threads,
    logLevel: LlamaLogLevel.error,
  });
}
