const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A name as JSON.parse reads it, from the bytes between its quotation marks. */
export function nameOf(raw: string): string {
  const plain = /^[\x20-\x5b\x5d-\x7e]*$/.test(raw);
  return plain
    ? raw
    : (JSON.parse(`"${decoder.decode(Uint8Array.from(raw, (char) => char.charCodeAt(0)))}"`) as string);
}
