import type { Goals } from './goals.ts';
import type { Need, ObjectRule } from './shape.ts';

/** What an object has so far. */
export interface ObjectState {
  has(index: number): boolean;
  /** Properties, and those of them that no keyword names. */
  readonly count: number;
  readonly extras: readonly string[];
  /** Index of the last named property; names come in order, and before all others, where `ordered`. */
  readonly last: number;
  /** Needs of the rule that no property has met yet. */
  readonly pending: readonly number[];
}

export const EMPTY_OBJECT: ObjectState = { has: () => false, count: 0, extras: [], last: -1, pending: [] };

/** Whether a way on exists from what an object has so far to a closing brace. */
export function completable(goals: Goals, rule: ObjectRule, state: ObjectState): boolean {
  const { ordered } = goals;
  const late = ordered && state.extras.length > 0;
  const usable = (index: number): boolean =>
    !state.has(index) && !late && (!ordered || index > state.last) && goals.usable(rule, index);
  const missing = required(rule, state);
  if (missing.some((index) => !usable(index)) || state.count + missing.length > rule.max) return false;
  const taken = new Set(missing);
  const open = { goals, rule, usable, room: rule.max - state.count };
  if (
    state.pending.length > 0 &&
    !meet(
      open,
      state.pending.map((at) => rule.needs[at]!),
      taken,
      0,
    )
  )
    return false;
  const count = state.count + taken.size;
  if (count >= rule.min) return true;
  const others = goals.othersLeft(rule, state.extras, rule.min - count);
  if (count + others >= rule.min) return true;
  // As many as there can be; where that is too many at once, some choice of fewer is taken to be right.
  for (let index = 0; index < rule.names.length; index++) {
    if (taken.has(index) || !usable(index)) continue;
    const also = required(rule, { has: (i) => i === index || taken.has(i) || state.has(i) });
    if (also.some((i) => !usable(i))) continue;
    for (const i of [index, ...also]) taken.add(i);
    if (state.count + taken.size + others >= rule.min) return true;
  }
  return false;
}

/** Properties that must still come: the required ones, and what those that are there or must come depend on. */
export function required(rule: ObjectRule, state: Pick<ObjectState, 'has'>): readonly number[] {
  const missing = new Set(rule.required.filter((index) => !state.has(index)));
  for (let before = -1; before !== missing.size; ) {
    before = missing.size;
    for (const { when, also } of rule.dependent)
      if (missing.has(when) || state.has(when))
        for (const index of also) if (!state.has(index)) missing.add(index);
  }
  return [...missing];
}

interface Open {
  readonly goals: Goals;
  readonly rule: ObjectRule;
  readonly usable: (index: number) => boolean;
  /** Properties that may still come. */
  readonly room: number;
}

/** More needs than this are taken to be met together. */
const MOST_NEEDS = 4;

/** Whether properties to come can meet all needs, each some of them; `extra`: unnamed ones that do already. */
function meet(open: Open, needs: readonly Need[], taken: ReadonlySet<number>, extra: number): boolean {
  const { goals, rule, usable, room } = open;
  if (taken.size + extra > room) return false;
  const [first, ...rest] = needs;
  if (first === undefined || needs.length > MOST_NEEDS) return true;
  for (let set = (1 << rest.length) - 1; set >= 0; set--) {
    const group = [first, ...rest.filter((_, i) => ((set >> i) & 1) === 1)];
    const left = rest.filter((_, i) => ((set >> i) & 1) === 0);
    const coming = (index: number): boolean => taken.has(index) || usable(index);
    const own = rule.names.findIndex((_, i) => coming(i) && meets(goals, rule, i, group));
    if (own >= 0 && meet(open, left, new Set([...taken, own]), extra)) return true;
    if (goals.otherMeets(rule, group) && meet(open, left, taken, extra + 1)) return true;
  }
  return false;
}

/** A named property could meet all of the needs with one value. */
export function meets(goals: Goals, rule: ObjectRule, index: number, needs: readonly Need[]): boolean {
  const name = rule.names[index]!;
  return (
    needs.every((need) => goals.valid(need.name, name)) &&
    goals.possible(goals.of([...goals.propertyNodes(rule, name), ...needs.map((need) => need.value)]))
  );
}
