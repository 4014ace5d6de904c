import { LIMITS } from './limits.ts';
import type { StateGraph } from './match/state.ts';
import type { Grammar, Vocabulary } from './types.ts';

/** A grammar and its remembered states, for each vocabulary apart. */
export class CompiledGrammar implements Grammar {
  readonly report: Grammar['report'];
  /** Bytes before the value. */
  readonly from: number;
  private readonly make: () => StateGraph;
  private readonly print: () => string;
  private readonly graphs = new WeakMap<Vocabulary, StateGraph>();

  constructor(make: () => StateGraph, from: number, report: Grammar['report'], print: () => string) {
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
    let graph = this.graphs.get(vocabulary);
    if (graph === undefined || graph.size > LIMITS.positions) {
      graph = this.make();
      this.graphs.set(vocabulary, graph);
    }
    return graph;
  }
}
