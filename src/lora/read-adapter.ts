import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TenonError } from '../errors.ts';
import { type DecoderConfig, SafetensorsError, SafetensorsFile } from '../model/index.ts';
import { CONFIG_FILE, invalid, loraConfig } from './adapter-config.ts';
import { broken, type FoundModule, findModules, WEIGHTS_FILE } from './adapter-tensors.ts';
import { checkNumbers } from './check-numbers.ts';
import { placeModules, siteRanks } from './place-modules.ts';
import { unserved } from './refuse-unserved.ts';
import { slotBytes } from './site-stacks.ts';
import type { LoraAdapter, LoraModule } from './types.ts';
import { readTensors, stampOf } from './weights-file.ts';

/** PEFT's is a kilobyte or two. */
const MAX_CONFIG_BYTES = 1_000_000;
/** Of an adapter laid out for the graph, float32 and fused. */
const MAX_SLOT_BYTES = 1 << 30;

/**
 * Reads a PEFT folder and checks it whole against the model: configuration, shapes, every number. The weights are
 * not kept. Throws `adapter_invalid` (missing, damaged, incomplete), `adapter_unsupported` (not plain LoRA) or
 * `adapter_mismatch` (made for another model).
 */
export function readAdapter(folder: string, model: DecoderConfig): LoraAdapter {
  return withAdapter(folder, model, ({ config, configBytes, path, modules, file }) => {
    const start = Math.min(...[...file.tensors.values()].map(({ begin }) => begin));
    const placed = placeModules(model, modules, start);
    const ranks = siteRanks(placed);
    checkSize(slotBytes(model, ranks));
    const { size, stamp } = statOf(path);
    const weights = { path, start, size, stamp };
    const tensors = readTensors(weights);
    modules.forEach(({ rank, inputs, outputs, a, b }, i) => {
      checkNumbers(tensors, placed[i]!.a, rank * inputs, a.name);
      checkNumbers(tensors, placed[i]!.b, outputs * rank, b.name);
    });
    const digest = createHash('sha256')
      .update(configBytes)
      .update(headOf(path, start))
      .update(tensors)
      .digest('hex');
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
      file: weights,
      modules: placed,
    };
  });
}

/**
 * A, B and scale of every adapted layer as numbers, for writing the adapter elsewhere. The same checks, but for the
 * numbers themselves.
 */
export function readModules(
  folder: string,
  model: DecoderConfig,
): readonly (LoraModule & { readonly scale: number })[] {
  return withAdapter(folder, model, ({ modules, file }) =>
    modules.map(({ path, rank, scale, a, b }) => ({
      path,
      rank,
      scale,
      a: file.read(a.name),
      b: file.read(b.name),
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

/** What stands before the tensors. */
function headOf(path: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const handle = openSync(path, 'r');
  try {
    readSync(handle, bytes, 0, length, 0);
  } finally {
    closeSync(handle);
  }
  return bytes;
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
