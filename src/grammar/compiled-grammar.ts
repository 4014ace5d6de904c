import { LIMITS } from './limits.ts';
import type { StateGraph } from './match/state.ts';
import type { Grammar, Vocabulary } from './types.ts';

/** States, and whether what they stand on has become too large to go on with. */
export interface WearingGraph {
  readonly graph: StateGraph;
  worn(): boolean;
}

/** A grammar and its remembered states, for each vocabulary apart. */
export class CompiledGrammar implements Grammar {
  readonly report: Grammar['report'];
  /** Bytes before the value. */
  readonly from: number;
  private readonly make: () => WearingGraph;
  private readonly print: () => string;
  private readonly graphs = new WeakMap<Vocabulary, WearingGraph>();

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
    let made = this.graphs.get(vocabulary);
    if (made === undefined || made.graph.size > LIMITS.positions || made.worn()) {
      made = this.make();
      this.graphs.set(vocabulary, made);
    }
    return made.graph;
  }
}
