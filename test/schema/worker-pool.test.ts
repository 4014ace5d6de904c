import { afterAll, describe, expect, it } from 'vitest';
import { createWorkerPool, WorkerStopped } from '../../src/schema/index.ts';

const pool = createWorkerPool({ file: new URL('./environment-worker.ts', import.meta.url), memoryMb: 32 });
afterAll(() => pool.close());

describe('a worker pool', () => {
  it('survives a task that eats all memory', async () => {
    const error = await pool.run('hoard', null, 20_000).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkerStopped);
    expect(error).toMatchObject({ reason: 'memory' });
    expect(await pool.run('environment', null, 10_000)).toEqual([]);
  });

  it('says so at once where a thread cannot start, and the process lives', async () => {
    const broken = createWorkerPool({ file: new URL('./no-such-worker.ts', import.meta.url) });
    const started = performance.now();
    await expect(broken.run('anything', null, 20_000)).rejects.toThrow(/no-such-worker/);
    await expect(broken.run('anything', null, 20_000)).rejects.toThrow(/no-such-worker/);
    expect(performance.now() - started).toBeLessThan(10_000);
    await broken.close();
  });
});
