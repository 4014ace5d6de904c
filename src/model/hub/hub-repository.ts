import { downloadFile, fileDownloadInfo, listFiles, modelInfo } from '@huggingface/hub';
import type { TenonError } from '../../errors.ts';
import { hubError } from './hub-error.ts';
import { whileItFlows } from './while-it-flows.ts';

/** Where a model comes from; `token` for private and gated ones. */
export interface HubSource {
  /** `organisation/name` */
  readonly id: string;
  /** A branch, a tag or a commit; default `main`. */
  readonly revision?: string;
  /** Default https://huggingface.co. */
  readonly url?: string;
  readonly token?: string;
  /** A hub that says nothing for so long is not there; default a minute. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 60_000;

export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** Of a large file its own, else git's of the blob. */
  readonly checksum: { readonly kind: 'sha256' | 'git'; readonly hex: string };
}

export interface HubRepository {
  /** What the revision was when it was looked up: all files are of this commit. */
  readonly commit: string;
  readonly files: readonly HubFile[];
  /** The file from byte `from` on. Throws `hub_unreachable`, `hub_refused`. */
  read(file: HubFile, from: number): AsyncIterable<Uint8Array>;
  /** `hub_unreachable`, for this repository. */
  broken(reason: string): TenonError;
}

export const HUB_URL = 'https://huggingface.co';

/** Throws `hub_unreachable`, `hub_refused`. */
export async function openHubRepository(source: HubSource): Promise<HubRepository> {
  const { id, revision = 'main', url = HUB_URL, token, patienceMs = PATIENCE_MS } = source;
  const timed: typeof fetch = (input, init) =>
    fetch(input, { ...init, signal: AbortSignal.timeout(patienceMs) });
  const access = { hubUrl: url, fetch: timed, ...(token && { accessToken: token }) };
  try {
    const { sha } = await modelInfo({ name: id, revision, additionalFields: ['sha'], ...access });
    if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha)) throw new Error('it names no commit');
    const files: HubFile[] = [];
    for await (const { type, path, size, oid, lfs } of listFiles({ repo: id, revision: sha, ...access })) {
      if (type !== 'file') continue;
      const hex = lfs?.oid ?? oid ?? '';
      files.push({ path, size: lfs?.size ?? size, checksum: { kind: lfs ? 'sha256' : 'git', hex } });
    }
    return {
      commit: sha,
      files,
      broken: (reason) => hubError(new Error(reason), source),
      async *read(file, from) {
        try {
          const at = { repo: id, revision: sha, path: file.path, ...access };
          const downloadInfo = await fileDownloadInfo(at);
          const blob = downloadInfo && (await downloadFile({ ...at, downloadInfo, fetch }));
          if (!blob) throw new Error(`${file.path} is gone`);
          yield* whileItFlows(blob.slice(from, file.size).stream(), patienceMs);
        } catch (error) {
          throw hubError(error, source);
        }
      },
    };
  } catch (error) {
    throw hubError(error, source);
  }
}
