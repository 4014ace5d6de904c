import { createHash } from 'node:crypto';
import { compileCallFormat, compilePrompt, type Model, promptTokens } from '../src/model/index.ts';
import type { JsonSchema } from '../src/schema/index.ts';

export interface ShownTool {
  readonly name: string;
  readonly description?: string;
  readonly parameters?: JsonSchema;
}

/** Token ids exactly as the engine feeds them: the same template, the same tokenizer, the same seams. */
export function createPrompts(model: Model): {
  prompt(tool: ShownTool, text: string): readonly number[];
  call(tool: ShownTool, args: unknown): readonly number[];
  /** How a call of this tool begins, and what stands there when it does not fit. */
  opening(tool: ShownTool): readonly number[];
  none(tool: ShownTool): readonly number[];
} {
  const { template, tokenizer, config } = model;
  const end = config.eos.slice(0, 1);
  const compiled = new Map<string, ReturnType<typeof compile>>();
  const compile = (tool: ShownTool) => ({
    prompt: compilePrompt(template, tokenizer, [tool]),
    format: compileCallFormat(template, tokenizer, tool, config.eos),
  });
  const of = (tool: ShownTool) => {
    const key = createHash('sha256').update(JSON.stringify(tool)).digest('base64');
    const known = compiled.get(key) ?? compile(tool);
    compiled.set(key, known);
    return known;
  };
  return {
    prompt: (tool, text) => promptTokens(of(tool).prompt, tokenizer, text),
    call(tool, args) {
      const { opening, prefix, suffix } = of(tool).format;
      return [...opening, ...tokenizer.encodeText(prefix + JSON.stringify(args) + suffix), ...end];
    },
    opening: (tool) => of(tool).format.opening,
    none(tool) {
      const { none } = of(tool).format;
      if (!none) throw new Error('this model has no word for "no tool fits"');
      return [...none, ...end];
    },
  };
}
