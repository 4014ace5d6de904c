import type { Matcher } from '../../src/grammar/types.ts';

/**
 * A matcher for a handful of texts, by brute force. `dead` are texts that may be begun and never ended: the dead
 * ends that a grammar meets where it can only judge a value when it closes.
 */
export function textMatcher(
  bytes: readonly (Uint8Array | null)[],
  eos: readonly number[],
  texts: readonly string[],
  dead: readonly string[] = [],
): Matcher {
  const whole = texts.map((text) => Buffer.from(text));
  const ways = [...whole, ...dead.map((text) => Buffer.from(text))];
  const history: Buffer[] = [];
  let written: Buffer = Buffer.alloc(0);
  const begins = (text: Buffer) => ways.some((way) => way.subarray(0, text.length).equals(text));
  const after = (token: number): Buffer | null => {
    const next = bytes[token];
    if (!next) return null;
    const text = Buffer.concat([written, next]);
    return begins(text) ? text : null;
  };
  const isWhole = () => whole.some((text) => text.equals(written));
  return {
    mask(out) {
      out.fill(0);
      for (let token = 0; token < bytes.length; token++) {
        if (after(token)) out[token >> 5]! |= 1 << (token & 31);
      }
      if (isWhole()) for (const token of eos) out[token >> 5]! |= 1 << (token & 31);
    },
    accept(token) {
      const text = after(token);
      if (!text) return false;
      history.push(written);
      written = text;
      return true;
    },
    forced() {
      const open = ways.filter(
        (way) => way.length > written.length && way.subarray(0, written.length).equals(written),
      );
      if (open.length === 0 || isWhole()) return [];
      let end = written.length;
      while (open.every((way) => way.length > end && way[end] === open[0]![end])) end++;
      return [...open[0]!.subarray(written.length, end)].map((byte) =>
        bytes.findIndex((own) => own?.length === 1 && own[0] === byte),
      );
    },
    rollback(tokens) {
      for (let i = 0; i < tokens; i++) written = history.pop()!;
    },
    get complete() {
      return isWhole();
    },
  };
}
