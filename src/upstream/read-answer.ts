/** Levels of nesting that we are willing to keep as a value; deeper JSON stays text. */
const DEEPEST = 100;

/** The answer was larger than the limit; the rest was not read. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

/** The whole body, at most `limit` bytes of it. Throws AnswerTooLarge, or what the socket throws. */
export async function readBytes(body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    // Leaving the loop destroys the stream, and with it the connection.
    if (length > limit) throw new AnswerTooLarge(`more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Parsed where it says JSON and is; else the text; null when empty. */
export function parseAnswer(bytes: Uint8Array, contentType: string): unknown {
  if (bytes.byteLength === 0) return null;
  const text = new TextDecoder().decode(bytes);
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType) || isTooDeep(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Counts brackets outside strings; JSON that deep would overflow whoever walks it next. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      if (++depth > DEEPEST) return true;
    } else if (char === '}' || char === ']') depth--;
  }
  return false;
}
