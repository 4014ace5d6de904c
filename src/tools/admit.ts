import { type JsonSchema, schemaToTypes, unknownFormats, type Validator } from '../schema/index.ts';
import { checkUpstream } from '../upstream/index.ts';
import type { GrammarCompiler } from './grammar-compiler.ts';
import type { CompiledGrammar } from './grammar-worker.ts';
import { inPart, toolInvalid } from './tool-error.ts';
import type { ToolManifest } from './types.ts';

export interface Admission {
  readonly report: CompiledGrammar['report'];
  readonly gbnf: string;
  readonly types: string;
}

export interface Gatekeepers {
  readonly validator: Validator;
  readonly grammar: GrammarCompiler;
}

/**
 * Everything a manifest must pass before it is stored: its schema compiles to a validator, a grammar and
 * types, its upstream is sound, its examples fit its schema. Nothing is kept of one that fails.
 */
export async function admit(manifest: ToolManifest, { validator, grammar }: Gatekeepers): Promise<Admission> {
  const { name, parameters, upstream } = manifest;
  if (upstream !== undefined) checkUpstream(upstream, parameters);
  const admission = await inPart('/parameters', async () => {
    // At once, because each has a thread of its own; the validator's objection is the clearest, so it goes first.
    const rest = Promise.all([grammar.compile(parameters), schemaToTypes(name, parameters)]);
    rest.catch(() => {});
    await validator.check(parameters);
    const [compiled, types] = await rest;
    return { report: withFormats(compiled.report, parameters), gbnf: compiled.gbnf, types };
  });
  await checkExamples(manifest, validator);
  return admission;
}

/** A format that the validator does not know is an annotation: whoever registered it must hear of it. */
function withFormats(report: Admission['report'], parameters: JsonSchema): Admission['report'] {
  const known = new Set(report.unenforced.map((site) => site.pointer));
  const formats = unknownFormats(parameters).filter((pointer) => !known.has(pointer));
  const unenforced = [...report.unenforced, ...formats.map((pointer) => ({ keyword: 'format', pointer }))];
  return { checked: report.checked, unenforced };
}

async function checkExamples(
  { parameters, examples = [] }: ToolManifest,
  validator: Validator,
): Promise<void> {
  for (const [i, example] of examples.entries()) {
    const { valid, errors } = await validator.validate(parameters, example.arguments);
    if (valid) continue;
    const at = `/examples/${i}/arguments`;
    const details = errors.map((issue) => ({ ...issue, pointer: at + issue.pointer }));
    const first = details[0];
    throw toolInvalid(
      `example ${i} does not fit parameters: ${first?.pointer} ${first?.message}`,
      at,
      details,
    );
  }
}
