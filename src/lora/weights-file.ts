import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { broken } from './adapter-tensors.ts';
import type { WeightsFile } from './types.ts';

type Stat = { readonly size: bigint; readonly mtimeNs: bigint; readonly ino: bigint };

/** Changes whenever the file's content does, without reading it. */
export function stampOf({ size, mtimeNs, ino }: Stat): string {
  return `${size} ${mtimeNs} ${ino}`;
}

/** The file's tensors as they stand. Throws `adapter_invalid` where it is gone, or not any more what was checked. */
export function readTensors(file: WeightsFile): Uint8Array<ArrayBuffer> {
  let handle: number;
  try {
    handle = openSync(file.path, 'r');
  } catch (cause) {
    throw changed(cause);
  }
  try {
    if (stampOf(fstatSync(handle, { bigint: true })) !== file.stamp) throw changed();
    const bytes = new Uint8Array(file.size - file.start);
    let done = 0;
    while (done < bytes.length) {
      const read = readSync(handle, bytes, done, bytes.length - done, file.start + done);
      if (read === 0) throw changed();
      done += read;
    }
    return bytes;
  } finally {
    closeSync(handle);
  }
}

/** The same without holding up the thread. Null where it cannot be read: whoever needs it then will say why. */
export async function prefetchTensors(file: WeightsFile): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const handle = await open(file.path, 'r');
    try {
      if (stampOf(await handle.stat({ bigint: true })) !== file.stamp) return null;
      const bytes = new Uint8Array(file.size - file.start);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, file.start);
      return bytesRead === bytes.length ? bytes : null;
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}

function changed(cause?: unknown) {
  const error = broken('it is not what it was when the adapter was added (replaced or removed on disk)');
  if (cause !== undefined) error.cause = cause;
  return error;
}
