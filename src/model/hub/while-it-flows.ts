/** The stream's chunks; throws where the next one takes longer than `patienceMs`. */
export async function* whileItFlows(
  stream: ReadableStream<Uint8Array>,
  patienceMs: number,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { promise: tooLong, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => reject(new Error(`nothing came for ${patienceMs / 1000} s`)),
        patienceMs,
      );
      try {
        const { done, value } = await Promise.race([reader.read(), tooLong]);
        if (done) return;
        yield value;
      } finally {
        clearTimeout(timer);
      }
    }
  } finally {
    // Whoever stops listening ends the download; what cannot be ended any more has ended.
    await reader.cancel().catch(() => {});
  }
}
