/** Numbers below 2^53 are exact, so 32 bits of text leave room for so many indices. */
const MOST = 2 ** 21;

/** Indices of the texts in ascending order of their bytes, one character a byte. */
export function sortedTexts(texts: readonly string[]): readonly number[] {
  const compare = (a: number, b: number): number =>
    texts[a]! < texts[b]! ? -1 : texts[a]! > texts[b]! ? 1 : a - b;
  if (texts.length > MOST) return texts.map((_, index) => index).sort(compare);
  // The first four bytes decide most comparisons: those are left to the engine's sort of numbers.
  const keys = Float64Array.from(texts, (text, index) => beginning(text) * MOST + index).sort();
  const order = Array.from(keys, (key) => key % MOST);
  for (let from = 0; from < order.length; ) {
    const begun = Math.floor(keys[from]! / MOST);
    let to = from + 1;
    while (to < order.length && Math.floor(keys[to]! / MOST) === begun) to++;
    if (to - from > 1) {
      const run = order.slice(from, to).sort(compare);
      for (let i = 0; i < run.length; i++) order[from + i] = run[i]!;
    }
    from = to;
  }
  return order;
}

function beginning(text: string): number {
  let value = 0;
  for (let i = 0; i < 4; i++) value = value * 256 + (i < text.length ? text.charCodeAt(i) : 0);
  return value;
}
