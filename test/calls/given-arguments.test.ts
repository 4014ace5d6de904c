import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bookTable, createRig, type Rig, sharedValidator } from './rig.ts';

const validator = sharedValidator();
let rig: Rig;
beforeEach(async () => {
  rig = await createRig(validator);
  await rig.registry.register(bookTable(rig.upstream.origin));
});
afterEach(() => rig.close());
afterAll(() => validator.close());

const given = (args: unknown, over: object = {}) =>
  rig.calls.call({ input: 'from a program', tool: 'book_table', arguments: args, ...over });

describe('arguments that a program brought', () => {
  it('are sent without asking the model, under the same rules as any others', async () => {
    const sent = await given({ name: 'Luigi', guests: 4 });
    expect(sent).toMatchObject({ status: 'forwarded', confidence: null, usage: { passes: 0 } });
    expect([rig.engine.selected, rig.engine.generated]).toEqual([[], []]);
    expect(rig.upstream.received).toEqual([expect.objectContaining({ body: { name: 'Luigi', guests: 4 } })]);
    expect((await given({ name: 'Luigi', guests: 4 }, { dry_run: true })).status).toBe('validated');
  });

  it.each([
    ['that do not fit', { name: '', guests: 4 }, '/name'],
    ['that are no object', [1], ''],
    ['that are null', null, ''],
  ])('%s wait for a person, with the place', async (_, args, pointer) => {
    const held = await given(args);
    expect(held).toMatchObject({
      status: 'in_review',
      review: { reason: { kind: 'validation', issues: [{ pointer }] } },
    });
    expect(rig.upstream.received).toEqual([]);
  });

  it('are not held back for a confidence that nobody has', async () => {
    await rig.registry.replace(
      'book_table',
      bookTable(rig.upstream.origin, { policy: { min_confidence: 0.99 } }),
    );
    expect((await given({ name: 'Luigi', guests: 4 })).status).toBe('forwarded');
  });

  it('teach no adapter when a person corrects them: no sentence led to them', async () => {
    const held = await given({ name: 'Luigi', guests: 99 });
    const decision = { decision: 'correct' as const, arguments: { name: 'Luigi', guests: 9 } };
    await rig.reviews.decide(held.review!.id, decision, 'eva');
    const lines: string[] = [];
    for await (const line of rig.reviews.corrections()) lines.push(line);
    expect(lines).toEqual([]);
    expect(rig.upstream.received).toHaveLength(1);
  });
});
