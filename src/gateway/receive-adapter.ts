import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { TenonError } from '../errors.ts';
import type { AdapterUpload } from './ports.ts';

export const ADAPTER_FILES = ['adapter_config.json', 'adapter_model.safetensors'] as const;
type AdapterFile = (typeof ADAPTER_FILES)[number];

/** Rank 64 on every linear layer of a 0.5B model is 140 MB in float32. It goes to the disk as it comes. */
const MOST_BYTES = 1_000_000_000;
/** A PEFT folder may hold a tokenizer and a README too: they are let pass. */
const MOST_EXTRAS = 64_000_000;
const MOST_PARTS = 32;

/**
 * Writes an upload's two files into `folder` as they arrive, and answers its field `name` (null: not there). Files
 * are known by their field, or their own name; no name from outside becomes a path. Throws `invalid_request`,
 * `adapter_too_large`, `adapter_unsupported`, `upload_unwritable`, `request_cancelled`.
 */
export async function receiveAdapter(
  { contentType, body }: AdapterUpload,
  folder: string,
  mostBytes = MOST_BYTES,
): Promise<string | null> {
  const tooLarge = () => new TenonError('adapter_too_large', { limit: mostBytes });
  const parser = createParser(contentType, mostBytes);
  const source = Readable.fromWeb((body ?? new Blob([]).stream()) as NodeReadableStream);
  const files = new Map<AdapterFile, Promise<void>>();
  let name: string | null = null;
  let refusal: TenonError | undefined;
  const refuse = (error: TenonError, part?: BusboyFileStream): void => {
    refusal ??= error;
    part?.resume();
  };

  parser.on('field', (field: string, value: string) => {
    if (field === 'name') name = value;
  });
  parser.on('file', (field: string, part: BusboyFileStream, fileName: string | undefined) => {
    const known = ADAPTER_FILES.find((file) => file === field || file === fileName);
    if (known === undefined) {
      if (/\.(bin|pt|pth)$/.test(fileName ?? '')) refuse(pickle(fileName ?? field));
      part.resume();
      return;
    }
    if (files.has(known)) return refuse(invalid(`The file "${known}" comes twice.`, known), part);
    part.on('limit', () => refuse(tooLarge()));
    const written = pipeline(part, createWriteStream(join(folder, known), { flush: true, mode: 0o600 }));
    // Awaited below; until then nobody listens.
    written.catch(() => {});
    files.set(known, written);
  });
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
    parser.on(limit, () => refuse(invalid(`The upload has more than ${MOST_PARTS} parts.`)));

  try {
    await pipeline(source, countBytes(mostBytes + MOST_EXTRAS, tooLarge), parser);
    await Promise.all(files.values());
  } catch (error) {
    throw refusal ?? readFailure(error, folder);
  }
  if (refusal) throw refusal;
  for (const file of ADAPTER_FILES)
    if (!files.has(file)) throw invalid(`The file "${file}" is missing.`, file);
  return name;
}

function createParser(contentType: string, fileSize: number): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: {
        fieldSize: 1_000,
        fields: MOST_PARTS,
        files: MOST_PARTS,
        parts: MOST_PARTS,
        fileSize,
      },
    });
  } catch (error) {
    throw new TenonError(
      'invalid_request',
      { reason: 'The multipart body cannot be read.' },
      { cause: error },
    );
  }
}

/** Ends an upload that goes on past the limit, whatever it is made of. */
function countBytes(most: number, tooLarge: () => TenonError) {
  return async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > most) throw tooLarge();
      yield chunk;
    }
  };
}

function readFailure(error: unknown, folder: string): TenonError {
  if (error instanceof TenonError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== undefined && /^E(NOSPC|DQUOT|ACCES|ROFS|IO|PERM|MFILE|NFILE|NOENT)$/.test(code))
    return new TenonError('upload_unwritable', { location: folder, reason: code }, { cause: error });
  if (code === 'ECONNRESET' || /aborted|terminated|reset/i.test(message))
    return new TenonError('request_cancelled', {}, { cause: error });
  return new TenonError(
    'invalid_request',
    { reason: 'The multipart body cannot be read.' },
    { cause: error },
  );
}

function pickle(fileName: string): TenonError {
  return new TenonError('adapter_unsupported', {
    feature: `${fileName.slice(0, 100)}, a pickle, which can run any code when it is read`,
    remedy: 'Save it again with safe_serialization=True (PEFT save_pretrained)',
  });
}

function invalid(reason: string, param?: string): TenonError {
  return new TenonError('invalid_request', { reason }, param === undefined ? {} : { param });
}
