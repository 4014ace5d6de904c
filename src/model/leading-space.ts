import { TenonError } from '../errors.ts';
import { isObject, type JsonObject } from './read-json.ts';

/**
 * SentencePiece tokenizers put a space before a text, so that its first word looks like any other: before every
 * text between special tokens, or only where none stands there already.
 */
export type LeadingSpace = 'never' | 'always' | 'where missing';

export interface WithoutLeadingSpace {
  readonly json: JsonObject;
  readonly leading: LeadingSpace;
}

/**
 * Takes the step that puts the space out of tokenizer.json, so that text which goes on from other text can be
 * encoded too. Throws `model_unsupported` where it puts something else.
 */
export function takeLeadingSpace(json: JsonObject): WithoutLeadingSpace {
  let leading: LeadingSpace = 'never';
  const visit = (step: unknown): unknown => {
    if (!isObject(step)) return step;
    switch (step.type) {
      case 'Sequence':
        return { ...step, ...visitLists(step, visit) };
      case 'Prepend':
        if (step.prepend !== '▁')
          throw new TenonError('model_unsupported', { feature: 'a tokenizer that puts text before text' });
        leading = 'always';
        return null;
      case 'Metaspace':
        if (metaspaceLeads(step)) leading = 'where missing';
        return { ...step, prepend_scheme: 'never' };
      case 'ByteLevel':
        if (step.add_prefix_space === true) leading = 'where missing';
        return { ...step, add_prefix_space: false };
      default:
        return step;
    }
  };
  const [normalizer, pre_tokenizer] = [visit(json.normalizer), visit(json.pre_tokenizer)];
  return { json: { ...json, normalizer, pre_tokenizer }, leading };
}

/** `first` puts it before the first text of all, where a chat template has its opening token. */
function metaspaceLeads({ prepend_scheme, add_prefix_space }: JsonObject): boolean {
  return prepend_scheme === undefined ? add_prefix_space !== false : prepend_scheme === 'always';
}

function visitLists(step: JsonObject, visit: (step: unknown) => unknown): JsonObject {
  const lists = ['normalizers', 'pretokenizers'].filter((key) => Array.isArray(step[key]));
  return Object.fromEntries(
    lists.map((key) => [key, (step[key] as unknown[]).map(visit).filter((item) => item !== null)]),
  );
}

export function withLeadingSpace(text: string, leading: LeadingSpace): string {
  const wanted = leading === 'always' || (leading === 'where missing' && !/^[ ▁]/.test(text));
  return wanted ? ` ${text}` : text;
}
