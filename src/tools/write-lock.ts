/** Runs the writers of one name one after the other; different names do not wait for each other. */
export function createWriteLock(): <T>(name: string, write: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return async (name, write) => {
    const before = tails.get(name) ?? Promise.resolve();
    const turn = before.then(write, write);
    const tail = turn.catch(() => {});
    tails.set(name, tail);
    try {
      return await turn;
    } finally {
      if (tails.get(name) === tail) tails.delete(name);
    }
  };
}
