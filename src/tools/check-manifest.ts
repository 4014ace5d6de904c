import { boundInstance, boundSchema } from '../schema/index.ts';
import { inPart, toolInvalid } from './tool-error.ts';
import type { ToolManifest } from './types.ts';

const MEMBERS = ['name', 'description', 'parameters', 'upstream', 'adapter', 'policy', 'examples'];
/** OpenAI's rule for function names, so that every tool can be offered over its wire format. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const LONGEST_DESCRIPTION = 1_024;
const MOST_EXAMPLES = 1_000;
const LONGEST_INPUT = 4_096;

/**
 * The shape of a manifest from outside: every member known and of its type, the schema within bounds. What it
 * means (schema, upstream, examples) is `admit`'s question. The result is a copy, so that nothing outside can
 * change it afterwards. Throws `tool_invalid`, `schema_*`, `instance_*`.
 */
export async function checkManifest(manifest: unknown): Promise<ToolManifest> {
  if (!isRecord(manifest)) throw toolInvalid('send one JSON object', '');
  checkMembers(manifest, MEMBERS, '');
  const { name, description, parameters, adapter } = manifest;
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw toolInvalid('name must be 1 to 64 letters, digits, _ and -', '/name');
  }
  if (typeof description !== 'string' || description.length < 1 || description.length > LONGEST_DESCRIPTION) {
    throw toolInvalid(`description must be a text of 1 to ${LONGEST_DESCRIPTION} characters`, '/description');
  }
  if (!isRecord(parameters) || parameters.type !== 'object') {
    throw toolInvalid('parameters must be a JSON Schema with "type": "object"', '/parameters');
  }
  if (adapter != null && (typeof adapter !== 'string' || !/^[\w.-]{1,128}$/.test(adapter))) {
    throw toolInvalid('adapter must be the name of an adapter', '/adapter');
  }
  await inPart('/parameters', () => boundSchema(parameters));
  checkPolicy(manifest.policy);
  checkExamples(manifest.examples);
  const copy = JSON.parse(boundInstance(manifest)) as Record<string, unknown>;
  // Said in so many words: none.
  if (copy.adapter === null) delete copy.adapter;
  return copy as unknown as ToolManifest;
}

function checkPolicy(policy: unknown): void {
  if (policy === undefined) return;
  if (!isRecord(policy)) throw toolInvalid('policy must be an object', '/policy');
  checkMembers(policy, ['min_confidence', 'destructive', 'pin_adapter'], '/policy');
  const { min_confidence: least, destructive, pin_adapter: pin } = policy;
  if (least !== undefined && !(typeof least === 'number' && least >= 0 && least <= 1)) {
    throw toolInvalid('min_confidence must be a number from 0 to 1', '/policy/min_confidence');
  }
  if (destructive !== undefined && typeof destructive !== 'boolean') {
    throw toolInvalid('destructive must be true or false', '/policy/destructive');
  }
  if (pin !== undefined && typeof pin !== 'boolean') {
    throw toolInvalid('pin_adapter must be true or false', '/policy/pin_adapter');
  }
}

function checkExamples(examples: unknown): void {
  if (examples === undefined) return;
  if (!Array.isArray(examples) || examples.length > MOST_EXAMPLES) {
    throw toolInvalid(`examples must be a list of at most ${MOST_EXAMPLES}`, '/examples');
  }
  for (const [i, example] of examples.entries()) {
    const at = `/examples/${i}`;
    if (!isRecord(example)) throw toolInvalid('an example is {input, arguments}', at);
    checkMembers(example, ['input', 'arguments'], at);
    const { input } = example;
    if (typeof input !== 'string' || input.length < 1 || input.length > LONGEST_INPUT) {
      throw toolInvalid(`input must be a text of 1 to ${LONGEST_INPUT} characters`, `${at}/input`);
    }
    if (!isRecord(example.arguments)) throw toolInvalid('arguments must be an object', `${at}/arguments`);
  }
}

function checkMembers(value: Readonly<Record<string, unknown>>, known: readonly string[], at: string): void {
  const unknown = Object.keys(value).find((member) => !known.includes(member));
  if (unknown === undefined) return;
  const member = unknown.slice(0, 100);
  throw toolInvalid(
    `unknown member ${JSON.stringify(member)}; there are ${known.join(', ')}`,
    `${at}/${member}`,
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
