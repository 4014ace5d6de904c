import { LIMITS } from './limits.ts';
import type { StateGraph } from './match/state.ts';
import { Recent } from './recent.ts';
import type { Grammar, Vocabulary } from './types.ts';

/** States, and whether what they stand on has become too large to go on with. */
export interface WearingGraph {
  readonly graph: StateGraph;
  worn(): boolean;
}

/** A position with what hangs on it: measured, three to six hundred bytes. */
const POSITION_BYTES = 512;

/** The states of the grammars in use: thousands of tools may be registered, few are called at a time. */
const graphs = new Recent<object, WearingGraph>(
  LIMITS.graphBytes,
  ({ graph }) => (graph.size + 16) * POSITION_BYTES + graph.matching.goals.weight,
);

/** A grammar and its remembered states, for each vocabulary apart. */
export class CompiledGrammar implements Grammar {
  readonly report: Grammar['report'];
  /** Bytes before the value. */
  readonly from: number;
  private readonly make: () => WearingGraph;
  private readonly print: () => string;
  private readonly keys = new WeakMap<Vocabulary, object>();

  constructor(make: () => WearingGraph, from: number, report: Grammar['report'], print: () => string) {
    this.make = make;
    this.from = from;
    this.report = report;
    this.print = print;
  }

  toGbnf(): string {
    return this.print();
  }

  /** The states for a vocabulary; anew once they have become too many. */
  graph(vocabulary: Vocabulary): StateGraph {
    let key = this.keys.get(vocabulary);
    if (key === undefined) this.keys.set(vocabulary, (key = {}));
    const worn = (made: WearingGraph): boolean => made.graph.size > LIMITS.positions || made.worn();
    return graphs.take(key, this.make, worn).graph;
  }
}
