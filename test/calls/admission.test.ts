import { afterAll, describe, expect, it } from 'vitest';
import { createAdmission } from '../../src/calls/admission.ts';
import { createCalls } from '../../src/calls/index.ts';
import { retryAfter } from '../../src/error-body.ts';
import type { TenonError } from '../../src/errors.ts';
import { bookTable, createRig, sharedValidator } from './rig.ts';

const validator = sharedValidator();
afterAll(() => validator.close());

describe('admission', () => {
  it('refuses past its limit, and takes again what leaves', () => {
    const admission = createAdmission(2);
    const leave = admission.enter(null);
    admission.enter(null);
    expect(() => admission.enter(null)).toThrow(expect.objectContaining({ code: 'queue_full', status: 429 }));
    leave();
    leave();
    admission.enter(null);
    expect(() => admission.enter(null)).toThrow();
  });

  it("leaves room beside one tool's flood", () => {
    const admission = createAdmission(8);
    for (let i = 0; i < 6; i++) admission.enter('flood');
    expect(() => admission.enter('flood')).toThrow(expect.objectContaining({ code: 'queue_full' }));
    admission.enter('other');
    admission.enter(null);
  });

  it('says when to come back', () => {
    const admission = createAdmission(1);
    admission.enter(null);
    try {
      admission.enter(null);
    } catch (error) {
      expect(Number(retryAfter(error as TenonError))).toBeGreaterThanOrEqual(1);
      return;
    }
    expect.unreachable();
  });
});

describe('calls past what the engine takes', () => {
  it('are refused before anything is written, and those before them are done', async () => {
    const rig = await createRig(validator);
    try {
      await rig.registry.register(bookTable(rig.upstream.origin));
      const calls = createCalls({ ...rig.ports, options: { ...rig.ports.options, maxRunning: 2 } });
      let go = (): void => undefined;
      const gate = new Promise<void>((resolve) => {
        go = resolve;
      });
      rig.engine.selects = async () => {
        await gate;
        return {};
      };
      const ask = () => calls.call({ input: "a table for four at Luigi's" });
      const taken = [ask(), ask()];
      await expect(ask()).rejects.toMatchObject({ code: 'queue_full', status: 429 });
      go();
      expect((await Promise.all(taken)).map(({ status }) => status)).toEqual(['forwarded', 'forwarded']);
      expect((await ask()).status).toBe('forwarded');
      expect((await calls.list({}, { limit: 10 })).data).toHaveLength(3);
    } finally {
      await rig.close();
    }
  });

  it('do not count while their upstream is slow', async () => {
    const rig = await createRig(validator);
    try {
      await rig.registry.register(bookTable(rig.upstream.origin));
      const calls = createCalls({ ...rig.ports, options: { ...rig.ports.options, maxRunning: 1 } });
      let go = (): void => undefined;
      const gate = new Promise<void>((resolve) => {
        go = resolve;
      });
      const arrived = new Promise<void>((resolve) => {
        rig.upstream.answer = async () => {
          resolve();
          await gate;
          return { status: 201 };
        };
      });
      const slow = calls.call({ input: "a table for four at Luigi's" });
      await arrived;
      rig.upstream.answer = () => ({ status: 201 });
      expect((await calls.call({ input: 'another table' })).status).toBe('forwarded');
      go();
      expect((await slow).status).toBe('forwarded');
    } finally {
      await rig.close();
    }
  });
});
