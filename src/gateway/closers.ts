export interface Closers {
  /** Remembers a part that was opened, and gives it back. */
  add<T extends { close(): Promise<void> }>(part: T): T;
  /** Closes all, last opened first, each even where another fails. Throws the first failure. */
  close(): Promise<void>;
}

export function createClosers(): Closers {
  const parts: { close(): Promise<void> }[] = [];
  return {
    add: (part) => {
      parts.push(part);
      return part;
    },
    close: async () => {
      const failures: unknown[] = [];
      for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
        await part.close().catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
