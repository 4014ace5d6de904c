import { readFileSync } from 'node:fs';

type Rank = string | readonly number[] | null | undefined;

/** The bytes of a vocabulary's tokens: `cl100k`, `o200k`, or the embedded model's. */
export async function tokenBytes(name: string): Promise<readonly (Uint8Array | null)[]> {
  if (name === 'embedded') return embedded();
  const encoder = new TextEncoder();
  const ranks = (
    name === 'o200k'
      ? await import('gpt-tokenizer/bpeRanks/o200k_base')
      : await import('gpt-tokenizer/bpeRanks/cl100k_base')
  ).default as readonly Rank[];
  return ranks.map((rank) =>
    rank === null || rank === undefined
      ? null
      : typeof rank === 'string'
        ? encoder.encode(rank)
        : Uint8Array.from(rank),
  );
}

/** A byte-level BPE tokenizer writes each byte as a printable character: GPT-2's table. */
function embedded(): readonly (Uint8Array | null)[] {
  const file = JSON.parse(
    readFileSync(new URL('../models/tenon-base/tokenizer.json', import.meta.url), 'utf8'),
  ) as {
    model: { vocab: Record<string, number> };
    added_tokens: readonly { id: number }[];
  };
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  const byteOf = new Map<string, number>();
  let moved = 256;
  for (let byte = 0; byte < 256; byte++)
    byteOf.set(String.fromCharCode(printable(byte) ? byte : moved++), byte);
  const special = new Set(file.added_tokens.map(({ id }) => id));
  const out: (Uint8Array | null)[] = [];
  for (const [text, id] of Object.entries(file.model.vocab))
    out[id] = special.has(id) ? null : Uint8Array.from([...text], (char) => byteOf.get(char)!);
  for (const id of special) out[id] = null;
  return out;
}

/** Cuts a text into the longest tokens: near enough to a tokenizer for measuring, and the same for every engine. */
export function longestMatch(bytes: readonly (Uint8Array | null)[]): (text: Uint8Array) => readonly number[] {
  const ids = new Map<string, number>();
  let longest = 1;
  bytes.forEach((token, id) => {
    if (token === null || token === undefined || token.length > 32) return;
    ids.set(Buffer.from(token).toString('latin1'), id);
    longest = Math.max(longest, token.length);
  });
  return (text) => {
    const chars = Buffer.from(text).toString('latin1');
    const out: number[] = [];
    for (let at = 0; at < chars.length; ) {
      let length = Math.min(longest, chars.length - at);
      while (length > 1 && !ids.has(chars.slice(at, at + length))) length--;
      out.push(ids.get(chars.slice(at, at + length))!);
      at += length;
    }
    return out;
  };
}
