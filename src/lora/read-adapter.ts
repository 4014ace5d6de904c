import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TenonError } from '../errors.ts';
import { type DecoderConfig, SafetensorsError, SafetensorsFile } from '../model/index.ts';
import { CONFIG_FILE, invalid, loraConfig } from './adapter-config.ts';
import { broken, type FoundModule, findModules, WEIGHTS_FILE } from './adapter-tensors.ts';
import { placeModules, siteRanks } from './place-modules.ts';
import { unserved } from './refuse-unserved.ts';
import { slotBytes } from './site-stacks.ts';
import type { LoraAdapter, LoraModule } from './types.ts';
import { stampOf } from './weights-file.ts';

/** PEFT's is a kilobyte or two. */
const MAX_CONFIG_BYTES = 1_000_000;
const CHUNK = 1 << 20;
/** Of an adapter laid out for the graph, float32 and fused. */
const MAX_SLOT_BYTES = 1 << 30;

/**
 * Reads a PEFT folder and checks it whole against the model: configuration, shapes, every number. The weights are
 * not kept. Throws `adapter_invalid` (missing, damaged, incomplete), `adapter_unsupported` (not plain LoRA) or
 * `adapter_mismatch` (made for another model).
 */
export function readAdapter(folder: string, model: DecoderConfig): LoraAdapter {
  return withAdapter(folder, model, ({ config, configBytes, path, modules, file }) => {
    const { size, stamp } = statOf(path);
    for (const { a, b } of modules) for (const { name } of [a, b]) checkNumbers(file.read(name), name);
    const start = Math.min(...[...file.tensors.values()].map(({ begin }) => begin));
    const placed = placeModules(model, modules, start);
    const ranks = siteRanks(placed);
    checkSize(slotBytes(model, ranks));
    const digest = digestOf(configBytes, path);
    if (statOf(path).stamp !== stamp) throw broken('it was changed while it was being read');
    return {
      digest,
      rank: Math.max(...modules.map((module) => module.rank)),
      alpha: config.alpha,
      parameters: modules.reduce((sum, { rank, inputs, outputs }) => sum + rank * (inputs + outputs), 0),
      bytes: configBytes.length + size,
      targets: [
        ...new Set(modules.map((module) => module.path.slice(module.path.lastIndexOf('.') + 1))),
      ].sort(),
      ranks,
      file: { path, start, size, stamp },
      modules: placed,
    };
  });
}

/** The same checks, and A, B and scale of every adapted layer as numbers: for writing the adapter elsewhere. */
export function readModules(
  folder: string,
  model: DecoderConfig,
): readonly (LoraModule & { readonly scale: number })[] {
  return withAdapter(folder, model, ({ modules, file }) =>
    modules.map(({ path, rank, scale, a, b }) => ({
      path,
      rank,
      scale,
      a: checkNumbers(file.read(a.name), a.name),
      b: checkNumbers(file.read(b.name), b.name),
    })),
  );
}

interface OpenAdapter {
  readonly config: ReturnType<typeof loraConfig>;
  readonly configBytes: Buffer;
  readonly path: string;
  readonly modules: readonly FoundModule[];
  readonly file: SafetensorsFile;
}

function withAdapter<T>(folder: string, model: DecoderConfig, use: (adapter: OpenAdapter) => T): T {
  const configBytes = readConfig(join(folder, CONFIG_FILE));
  const config = loraConfig(configBytes.toString('utf8'));
  const path = join(folder, WEIGHTS_FILE);
  if (!existsSync(path) && existsSync(join(folder, 'adapter_model.bin'))) {
    throw unserved(
      'adapter_model.bin, a pickle, which can run any code when it is read',
      'Save it again with safe_serialization=True (PEFT save_pretrained), which writes adapter_model.safetensors',
    );
  }
  if (existsSync(path) && !statSync(path).isFile()) throw broken('it is not a file');
  return asAdapterError(() => {
    const file = new SafetensorsFile(path);
    try {
      return use({ config, configBytes, path, file, modules: findModules(file, config, model) });
    } finally {
      file.close();
    }
  });
}

function readConfig(path: string): Buffer {
  try {
    if (statSync(path).size > MAX_CONFIG_BYTES) throw invalid('it is larger than any configuration of PEFT');
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof TenonError) throw cause;
    throw invalid('it cannot be read', cause);
  }
}

function checkSize(bytes: number): void {
  if (bytes <= MAX_SLOT_BYTES) return;
  const [needed, limit] = [bytes, MAX_SLOT_BYTES].map((count) => `${Math.ceil(count / 2 ** 20)} MiB`);
  throw unserved(
    `ranks so large that it takes ${needed} in memory (at most ${limit})`,
    'Train with a smaller r',
  );
}

function checkNumbers(numbers: Float32Array, name: string): Float32Array {
  // Anything times zero is zero, or not a number.
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i]! * 0;
  if (sum !== 0) throw broken(`${name} holds values that are not finite numbers (NaN or infinite)`);
  return numbers;
}

function digestOf(config: Uint8Array, path: string): string {
  const hash = createHash('sha256').update(config);
  const chunk = new Uint8Array(CHUNK);
  const handle = openSync(path, 'r');
  try {
    for (let read = readSync(handle, chunk); read > 0; read = readSync(handle, chunk))
      hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}

function statOf(path: string): { readonly size: number; readonly stamp: string } {
  const stat = statSync(path, { bigint: true });
  return { size: Number(stat.size), stamp: stampOf(stat) };
}

function asAdapterError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw new TenonError('adapter_invalid', { file: error.file, reason: error.reason }, { cause: error });
  }
}
