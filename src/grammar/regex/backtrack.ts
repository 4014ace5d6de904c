import { spend } from '../work.ts';
import { contains, WORD } from './charset.ts';
import { parseWithCaptures, type Syntax } from './syntax.ts';

/** Steps after which a text counts as not matching, so that no pattern takes long. */
const MOST_STEPS = 100_000;
const MOST_DEPTH = 1_500;
/** So many of them take the time of a step of work elsewhere. */
const CHEAP = 16;

type Then = (at: number) => boolean;

/**
 * Patterns that no automaton has (backreferences, lookbehind, an anchor inside an open repeat) matched as
 * ECMA-262 says, by backtracking within bounds: beyond them a text is taken not to match.
 */
export class Backtracker {
  private readonly syntax: Syntax;
  private readonly names: ReadonlyMap<string, number>;
  private text: readonly number[] = [];
  private captures: (readonly number[] | undefined)[] = [];
  private steps = 0;
  private depth = 0;

  constructor(source: string) {
    const { syntax, names } = parseWithCaptures(source);
    this.syntax = syntax;
    this.names = names;
  }

  /** Some part of the text matches. */
  test(text: string): boolean {
    this.text = Array.from(text, (char) => char.codePointAt(0)!);
    this.steps = 0;
    this.depth = 0;
    const found = this.search();
    spend(this.steps / CHEAP);
    return found;
  }

  private search(): boolean {
    for (let from = 0; from <= this.text.length && this.steps < MOST_STEPS; from++) {
      this.captures = [];
      if (this.match(this.syntax, from, () => true)) return this.steps < MOST_STEPS;
    }
    return false;
  }

  private match(syntax: Syntax, at: number, then: Then): boolean {
    if (++this.steps >= MOST_STEPS || this.depth >= MOST_DEPTH) {
      this.steps = MOST_STEPS;
      return false;
    }
    this.depth++;
    const found = this.matchKind(syntax, at, then);
    this.depth--;
    return found;
  }

  private matchKind(syntax: Syntax, at: number, then: Then): boolean {
    const { text } = this;
    switch (syntax.kind) {
      case 'set':
        return at < text.length && contains(syntax.set, text[at]!) && then(at + 1);
      case 'sequence':
        return this.sequence(syntax.parts, 0, at, then);
      case 'choice':
        return syntax.parts.some((part) => this.match(part, at, then));
      case 'repeat':
        return syntax.body.kind === 'set' ? this.run(syntax, at, then) : this.repeat(syntax, at, 0, then);
      case 'look':
        return this.look(syntax, at, then);
      case 'start':
        return at === 0 && then(at);
      case 'end':
        return at === text.length && then(at);
      case 'boundary':
        return (this.word(at - 1) !== this.word(at)) !== syntax.negative && then(at);
      case 'group': {
        const before = this.captures[syntax.index];
        const held = this.match(syntax.body, at, (end) => {
          const inner = this.captures[syntax.index];
          this.captures[syntax.index] = text.slice(at, end);
          if (then(end)) return true;
          this.captures[syntax.index] = inner;
          return false;
        });
        if (!held) this.captures[syntax.index] = before;
        return held;
      }
      case 'back': {
        const index = typeof syntax.group === 'number' ? syntax.group : this.names.get(syntax.group);
        const part = index === undefined ? undefined : this.captures[index];
        // A group that has not matched is empty.
        if (part === undefined) return then(at);
        return part.every((code, i) => text[at + i] === code) && then(at + part.length);
      }
    }
  }

  private sequence(parts: readonly Syntax[], index: number, at: number, then: Then): boolean {
    const part = parts[index];
    return part === undefined
      ? then(at)
      : this.match(part, at, (next) => this.sequence(parts, index + 1, next, then));
  }

  /** A repeated character takes no stack. */
  private run(syntax: Syntax & { kind: 'repeat' }, at: number, then: Then): boolean {
    const { text } = this;
    const { set } = syntax.body as Syntax & { kind: 'set' };
    let most = 0;
    while (most < syntax.max && at + most < text.length && contains(set, text[at + most]!)) most++;
    this.steps += most;
    for (let count = most; count >= syntax.min && this.steps < MOST_STEPS; count--)
      if (then(at + count)) return true;
    return false;
  }

  private repeat(syntax: Syntax & { kind: 'repeat' }, at: number, count: number, then: Then): boolean {
    if (count < syntax.max) {
      const more = this.match(
        syntax.body,
        at,
        // A turn that reads nothing adds nothing once there are enough.
        (next) => (next > at || count < syntax.min) && this.repeat(syntax, next, count + 1, then),
      );
      if (more) return true;
    }
    return count >= syntax.min && then(at);
  }

  private look(syntax: Syntax & { kind: 'look' }, at: number, then: Then): boolean {
    const before = [...this.captures];
    let held = false;
    if (syntax.behind !== true) held = this.match(syntax.body, at, () => true);
    else
      for (let from = at; from >= 0 && !held && this.steps < MOST_STEPS; from--)
        held = this.match(syntax.body, from, (end) => end === at);
    if (held === syntax.negative || this.steps >= MOST_STEPS) {
      this.captures = before;
      return false;
    }
    if (syntax.negative) this.captures = before;
    if (then(at)) return true;
    this.captures = before;
    return false;
  }

  private word(at: number): boolean {
    return at >= 0 && at < this.text.length && contains(WORD, this.text[at]!);
  }
}
