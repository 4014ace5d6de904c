import type { Matcher } from '../types.ts';
import { writeMask } from '../vocabulary/mask-entry.ts';
import type { TokenTable } from '../vocabulary/vocabulary.ts';
import { metered } from '../work.ts';
import { forcedTokens } from './forced.ts';
import { Masker } from './masker.ts';
import type { Reading } from './position.ts';
import type { State, StateGraph } from './state.ts';

interface Step {
  readonly state: State;
  readonly length: number;
  readonly ended: boolean;
}

/** One text being written, token by token. Its steps are kept, so that going back is cutting them off. */
export class TokenMatcher implements Matcher {
  private readonly table: TokenTable;
  private readonly graph: StateGraph;
  private readonly masker: Masker;
  private readonly reading: Reading;
  private readonly steps: Step[];

  constructor(table: TokenTable, graph: StateGraph, from: number) {
    this.table = table;
    this.graph = graph;
    this.masker = new Masker(table, graph);
    this.reading = {
      bytes: new Uint8Array(1024 + table.all.deepest),
      length: 0,
      from,
      looked: false,
      blind: false,
    };
    this.steps = [{ state: graph.start, length: 0, ended: false }];
  }

  mask(out: Uint32Array): void {
    const { state, ended } = this.now;
    if (ended) {
      out.fill(0);
      return;
    }
    this.reserve(this.table.all.deepest);
    writeMask(state.mask ?? this.metered(() => this.masker.entry(state, this.reading)), out);
  }

  accept(token: number): boolean {
    const { state, length, ended } = this.now;
    if (ended) return false;
    if (this.table.eos.includes(token)) {
      if (!state.final) return false;
      this.steps.push({ state, length, ended: true });
      return true;
    }
    const bytes = this.table.bytes[token];
    if (bytes === undefined || bytes === null || bytes.length === 0) return false;
    this.reserve(bytes.length);
    const next = this.metered(() => this.follow(state, bytes));
    if (next === null) return false;
    this.steps.push({ state: next, length: length + bytes.length, ended: false });
    this.reading.length = length + bytes.length;
    return true;
  }

  forced(): readonly number[] {
    const { state, ended } = this.now;
    return ended ? [] : this.metered(() => forcedTokens(this.table, this.graph, state, this.reading));
  }

  rollback(tokens: number): void {
    if (tokens < 0 || tokens >= this.steps.length)
      throw new RangeError(`There are ${this.steps.length - 1} tokens to take back, not ${tokens}.`);
    this.steps.length -= tokens;
    this.reading.length = this.now.length;
  }

  get complete(): boolean {
    return this.now.state.final;
  }

  /** The state after a token; null where it is not allowed. */
  private follow(from: State, bytes: Uint8Array): State | null {
    const { reading } = this;
    let state: State | null = from;
    for (const byte of bytes) {
      reading.bytes[reading.length++] = byte;
      state = this.graph.step(state, byte, reading);
      if (state === null) break;
    }
    return state;
  }

  /** Within the bounds of one call. One that goes over them, or is refused, leaves the text as it was. */
  private metered<T>(run: () => T): T {
    try {
      return metered(run);
    } finally {
      this.reading.length = this.now.length;
      this.reading.looked = false;
      this.reading.blind = false;
    }
  }

  private get now(): Step {
    return this.steps[this.steps.length - 1]!;
  }

  private reserve(bytes: number): void {
    const { reading } = this;
    if (reading.length + bytes <= reading.bytes.length) return;
    const grown = new Uint8Array((reading.length + bytes) * 2);
    grown.set(reading.bytes);
    reading.bytes = grown;
  }
}
