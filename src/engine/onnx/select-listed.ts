import { promptTokens } from '../../model/index.ts';
import type { EngineTool } from '../types.ts';
import { checkLength } from './call-start.ts';
import { readHead } from './read-starts.ts';
import { type Scored, type SelectInput, withoutAdapter } from './selector.ts';
import { tokenTree } from './token-tree.ts';

/**
 * All candidates' signatures in one prompt of the bare model; then every name is scored as the way the answer
 * goes on, against "none", in one pass over a tree of tokens. The probabilities and none's add up to 1.
 * Throws `input_too_long` where the signatures leave no room.
 */
export async function selectListed(input: SelectInput): Promise<Scored> {
  const { tokenizer, config } = input.model;
  const prompt = input.contexts.listing(input.candidates);
  const tokens = promptTokens(prompt, tokenizer, input.request);
  const branches = input.candidates.map((tool) => namingTokens(input, withoutAdapter(tool)));
  // A template opens all calls alike, so it says "none" alike too.
  const { none } = input.contexts.get(withoutAdapter(input.candidates[0]!)).format;
  const tree = tokenTree([...branches, ...(none ? [none] : [])]);
  checkLength(tokens.length + tree.tokens.length, config.context);

  // All of the listing but its last token, so that something is left to ask for logprobs.
  const past = await readHead(null, prompt.head.slice(0, -1), input);
  // The rest of the prompt first, as a chain; the tree hangs on the last of it.
  const chain = tokens.slice(past.length);
  const parents = [...chain.map((_, i) => i - 1), ...tree.parents.map((parent) => parent + chain.length)];
  const wanted = [...parents.keys()].slice(chain.length - 1);
  const [result] = await input.passes.run([
    { past, tokens: [...chain, ...tree.tokens], adapter: null, wanted, parents, discard: true },
  ]);
  const { logprobs } = result!;
  const weights = tree.paths.map((path) =>
    Math.exp(path.reduce((sum, at) => sum + logprobs![tree.parents[at]! + 1]![tree.tokens[at]!]!, 0)),
  );
  const named = weights.slice(0, branches.length).reduce((sum, weight) => sum + weight, 0);
  const total = none ? named + weights[branches.length]! : 1;
  return {
    probabilities: weights.slice(0, branches.length).map((weight) => weight / total),
    none: 1 - named / total,
    started: [],
    promptTokens: tokens.length + tree.tokens.length,
  };
}

/** What the answer begins with when this tool is called: the opening and its name. */
function namingTokens(input: SelectInput, tool: EngineTool): readonly number[] {
  const { format, forced, naming } = input.contexts.get(tool);
  return [...format.opening, ...forced.slice(0, naming)];
}
