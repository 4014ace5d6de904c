import type { Matcher } from '../../grammar/index.ts';
import type { Tokenizer } from '../../model/index.ts';
import { Acceptance } from './acceptance.ts';
import { takeForced } from './forced-tokens.ts';
import { Habits } from './habits.ts';
import { LONGEST_MATCH, lookUp } from './prompt-lookup.ts';

/** Below this chance of being reached a token is not worth its arithmetic: a run costs about a dozen tokens. */
const WORTH = 0.12;
const MOST = 24;

export type DraftSource = 'request' | 'habit';

interface Guess {
  readonly token: number;
  readonly probability: number;
  readonly source: DraftSource;
  readonly acceptance: Acceptance;
}

export interface DraftCounts {
  proposed: number;
  accepted: number;
}

/** What is known of how one tool's answers go on: its habits, and how far the guesses of each kind can be trusted. */
export class DraftMemory {
  readonly habits = new Habits();
  /** By the length of the match in the request. */
  readonly fromRequest = Array.from(
    { length: LONGEST_MATCH + 1 },
    (_, match) => new Acceptance(0.3 + match * 0.2),
  );
  readonly fromHabits = new Acceptance(0.8);
}

/**
 * Guesses how an answer goes on: by what stands in the request and by the tool's habits, whichever is likelier, and
 * through what the grammar forces in between. The model reads the guesses in the run that is needed anyway, and they
 * stand as far as it would have chosen the same. A draft is as long as it is likely to be accepted.
 */
export class Drafter {
  readonly #memory: DraftMemory;
  readonly #request: readonly number[];
  readonly #tokenizer: Tokenizer;
  readonly #counts: Readonly<Record<DraftSource, DraftCounts>>;
  readonly #mask: Uint32Array;
  /** By place in the answer. */
  #guesses = new Map<number, Guess>();

  constructor(
    memory: DraftMemory,
    request: readonly number[],
    tokenizer: Tokenizer,
    counts: Readonly<Record<DraftSource, DraftCounts>>,
  ) {
    this.#memory = memory;
    this.#request = request;
    this.#tokenizer = tokenizer;
    this.#counts = counts;
    this.#mask = new Uint32Array(Math.ceil(tokenizer.bytes.length / 32));
  }

  /** Tokens that may follow `written`, at most `room`; within the grammar. The matcher is left as it was. */
  draft(written: readonly number[], matcher: Matcher, room: number): readonly number[] {
    const most = Math.min(MOST, room);
    const text = [...written];
    let chance = 1;
    this.#guesses = new Map();
    for (;;) {
      const guess = this.#likeliest(text, matcher);
      if (!guess || text.length - written.length >= most) break;
      chance *= guess.probability;
      if (chance < WORTH || !matcher.accept(guess.token)) break;
      this.#guesses.set(text.length, guess);
      text.push(guess.token);
      text.push(...takeForced(matcher, this.#tokenizer, this.#mask));
    }
    const drafted = text.slice(written.length);
    if (drafted.length > 0) matcher.rollback(drafted.length);
    return drafted.slice(0, most);
  }

  /** What the model chose at a place in the answer, where something had been guessed. */
  judge(at: number, chosen: number): void {
    const guess = this.#guesses.get(at);
    if (!guess) return;
    this.#guesses.delete(at);
    const accepted = guess.token === chosen;
    guess.acceptance.count(accepted);
    this.#counts[guess.source].proposed++;
    if (accepted) this.#counts[guess.source].accepted++;
    else this.#guesses.clear();
  }

  learn(answer: readonly number[]): void {
    this.#memory.habits.learn(answer);
  }

  #likeliest(text: readonly number[], matcher: Matcher): Guess | null {
    const guesses: Guess[] = [];
    const found = lookUp(this.#request, text);
    if (found) {
      const acceptance = this.#memory.fromRequest[found.match]!;
      guesses.push({ token: found.token, probability: acceptance.share, source: 'request', acceptance });
    }
    const habit = this.#memory.habits.guess(text);
    if (habit) {
      const acceptance = this.#memory.fromHabits;
      // As often as it was so before, as far as that has held.
      const probability = habit.probability * Math.min(1, acceptance.share / 0.8);
      guesses.push({ token: habit.token, probability, source: 'habit', acceptance });
    }
    guesses.sort((a, b) => b.probability - a.probability);
    return guesses.find(({ token }) => isAccepted(matcher, token)) ?? null;
  }
}

function isAccepted(matcher: Matcher, token: number): boolean {
  if (!matcher.accept(token)) return false;
  matcher.rollback(1);
  return true;
}
