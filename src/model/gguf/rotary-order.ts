/**
 * Hugging Face turns component i of a head together with i + headDim / 2; llama.cpp's `llama` turns 2i with 2i + 1.
 * The rows of the query and key matrices change places accordingly, head by head: row i (i < half) goes to 2i, row
 * half + i to 2i + 1. `rows` is [heads · headDim, width], or a bias with width 1.
 */
export function pairRotatedRows(rows: Float32Array, headDim: number, width: number): Float32Array {
  const out = new Float32Array(rows.length);
  const half = headDim / 2;
  const count = rows.length / width;
  for (let row = 0; row < count; row++) {
    const inHead = row % headDim;
    const place = inHead < half ? 2 * inHead : 2 * (inHead - half) + 1;
    out.set(rows.subarray(row * width, (row + 1) * width), (row - inHead + place) * width);
  }
  return out;
}
