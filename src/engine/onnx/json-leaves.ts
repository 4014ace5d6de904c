/** A value without members: where it stands in the text, in bytes, its key included. */
export interface Leaf {
  readonly pointer: string;
  /** First byte of its key, or of the value itself inside an array. */
  readonly begin: number;
  /** One past its last byte. */
  readonly end: number;
}

/** The leaves of a valid JSON text, in order: strings, numbers, true, false, null and empty containers. */
export function jsonLeaves(text: Uint8Array): readonly Leaf[] {
  const leaves: Leaf[] = [];
  let at = 0;
  const skip = () => {
    while (at < text.length && ' \t\r\n'.includes(String.fromCharCode(text[at]!))) at++;
  };
  const byte = () => String.fromCharCode(text[at] ?? 0);
  const string = (): string => {
    const begin = at++;
    while (at < text.length && byte() !== '"') at += byte() === '\\' ? 2 : 1;
    at++;
    return JSON.parse(new TextDecoder().decode(text.subarray(begin, at))) as string;
  };
  const value = (pointer: string, begin: number): void => {
    const first = byte();
    if (first === '{' || first === '[') {
      container(pointer, begin, first === '{' ? '}' : ']');
      return;
    }
    if (first === '"') string();
    else while (at < text.length && !',]} \t\r\n'.includes(byte())) at++;
    leaves.push({ pointer, begin, end: at });
  };
  const container = (pointer: string, begin: number, close: string): void => {
    at++;
    let index = 0;
    for (skip(); at < text.length && byte() !== close; skip()) {
      const start = at;
      let key = String(index++);
      if (close === '}') {
        key = string();
        skip();
        at++;
        skip();
      }
      value(`${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, close === '}' ? start : at);
      skip();
      if (byte() === ',') at++;
    }
    at++;
    if (index === 0) leaves.push({ pointer, begin, end: at });
  };
  skip();
  value('', at);
  return leaves;
}
