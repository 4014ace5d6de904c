import { describe, expect, it } from 'vitest';
import { openCall } from '../../src/calls/open-call.ts';
import { type CallState, checkTransition, isRunning, STATES } from '../../src/calls/states.ts';
import { openStore, StoreConflict } from '../../src/store/index.ts';
import { callRow } from '../store/rows.ts';

const FINAL: readonly CallState[] = ['forwarded', 'validated', 'no_tool', 'failed'];

function allows(from: CallState, to: CallState): boolean {
  try {
    checkTransition('call_x', from, to);
    return true;
  } catch {
    return false;
  }
}

describe('the table of states', () => {
  it('lets nothing out of a final state', () => {
    for (const from of FINAL)
      expect(
        STATES.filter((to) => allows(from, to)),
        from,
      ).toEqual([]);
  });

  it('lets every other state fail, and no way round a state lead to forwarded', () => {
    for (const from of STATES.filter((state) => !FINAL.includes(state)))
      expect(allows(from, 'failed'), from).toBe(true);
    expect(STATES.filter((from) => allows(from, 'forwarded'))).toEqual(['forwarding']);
    expect(STATES.filter((from) => allows(from, 'forwarding'))).toEqual([
      'generated',
      'forwarding',
      'in_review',
    ]);
  });

  it('counts as running what neither ended nor waits for a person', () => {
    expect(STATES.filter(isRunning)).toEqual(
      STATES.filter((state) => !FINAL.includes(state) && state !== 'in_review'),
    );
  });
});

describe('an open call', () => {
  it('refuses an illegal step before anything is written, and a step that someone else made first', async () => {
    const store = await openStore({ memory: true });
    const row = callRow({ usage: '{}', timings: '{"total_ms":0}' });
    await store.calls.insert(row, '{}');
    const [one, two] = [openCall(store, row, () => new Date()), openCall(store, row, () => new Date())];

    await expect(one.advance('forwarded', {}, {})).rejects.toMatchObject({ code: 'call_transition_illegal' });
    await one.advance('selected', { tool: 't' }, {});
    await expect(two.advance('failed', {}, {})).rejects.toBeInstanceOf(StoreConflict);
    expect(await store.calls.get(row.id)).toMatchObject({ state: 'selected', seq: 2 });
    expect(await store.calls.events(row.id)).toHaveLength(2);
    await store.close();
  });

  it('leaves the call as it was where what belongs to the step fails', async () => {
    const store = await openStore({ memory: true });
    const row = callRow({ usage: '{}', timings: '{"total_ms":0}' });
    await store.calls.insert(row, '{}');
    const call = openCall(store, row, () => new Date());
    const doomed = call.advance('selected', {}, {}, async () => {
      throw new Error('no');
    });
    await expect(doomed).rejects.toThrow('no');
    expect(await store.calls.get(row.id)).toEqual(row);
    expect(call.row).toEqual(row);
    await store.close();
  });
});
