import type { SchemaNode } from '../schema/node.ts';
import type { Goals } from './goals.ts';
import type { ArrayRule, Goal } from './shape.ts';

/** An item that may come, and how many of each kind there are with it. */
export interface ItemOption {
  readonly goal: Goal;
  readonly counts: readonly number[];
}

const DEEP = 200;

/** What arrays of a rule may hold next: for each `contains`, the item counts or it does not. */
export class ArrayPlan {
  private readonly goals: Goals;
  private readonly rule: ArrayRule;
  private readonly ways = new Map<string, boolean>();

  constructor(goals: Goals, rule: ArrayRule) {
    this.goals = goals;
    this.rule = rule;
  }

  get start(): readonly number[] {
    return this.rule.contains.map(() => 0);
  }

  closable(count: number, counts: readonly number[]): boolean {
    return count >= this.rule.min && this.rule.contains.every(({ min }, i) => counts[i]! >= min);
  }

  /** The items with an index that lead on to a closing bracket; `besides`: what else they must be. */
  options(index: number, counts: readonly number[], besides: readonly SchemaNode[]): readonly ItemOption[] {
    if (index >= this.rule.max) return [];
    return this.kinds(index, counts)
      .map(({ nodes, counts: after }) => ({ goal: this.goals.of([...nodes, ...besides]), counts: after }))
      .filter(({ goal, counts: after }) => this.goals.possible(goal) && this.completable(index + 1, after));
  }

  /** A way on exists to a closing bracket. */
  completable(count: number, counts: readonly number[], depth = 0): boolean {
    if (this.closable(count, counts)) return true;
    if (count >= this.rule.max) return false;
    if (depth > DEEP) return true;
    const { prefix, min } = this.rule;
    const met = this.rule.contains.every((each, i) => counts[i]! >= each.min);
    // Past the prefix all items are alike, so that what is left to find is the kinds.
    const place = count < prefix || !met ? count : Math.max(count, min - 1);
    const key = `${Math.min(place, prefix)};${met ? place >= min - 1 : this.rule.max - count};${counts.join()}`;
    const known = this.ways.get(key);
    if (known !== undefined) return known;
    const found = this.kinds(place, counts).some(
      ({ nodes, counts: after }) =>
        (count < prefix || met || after.some((n, i) => n > counts[i]!)) &&
        this.goals.possible(this.goals.of(nodes)) &&
        this.completable(place + 1, after, depth + 1),
    );
    if (this.goals.settled) this.ways.set(key, found);
    return found;
  }

  private kinds(
    index: number,
    counts: readonly number[],
  ): readonly { readonly nodes: readonly SchemaNode[]; readonly counts: readonly number[] }[] {
    const { contains } = this.rule;
    let kinds = [{ nodes: this.goals.itemNodes(this.rule, index), counts }];
    contains.forEach(({ node, denied, from, min, max }, i) => {
      const count = counts[i]!;
      const bounded = max < Number.POSITIVE_INFINITY;
      if (index < from || (count >= min && !bounded)) return;
      kinds = kinds.flatMap((kind) => {
        const more = kind.counts.map((n, j) => (i === j ? n + 1 : n));
        const counted = { nodes: [...kind.nodes, node], counts: more };
        // Without a most, an item that counts unseen does no harm.
        const other = bounded ? { ...kind, nodes: [...kind.nodes, denied] } : kind;
        return count >= max ? [other] : [counted, other];
      });
    });
    return kinds;
  }
}
