import type { EngineInfo } from '../../engine/types.ts';
import { TenonError } from '../../errors.ts';
import type { NamedAdapter } from '../ports.ts';

export interface ModelPorts {
  readonly engine: { readonly info: EngineInfo };
  readonly adapters: { list(): readonly NamedAdapter[] };
}

/** A model as OpenAI lists it. */
export interface ModelCard {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: 'tenon';
}

const STARTED = Math.floor(Date.now() / 1000);

/** The base model, then each adapter as a model with the base as its parent. */
export function listModels({ engine, adapters }: ModelPorts): readonly ModelCard[] {
  const { model, ...details } = engine.info;
  const tuned = adapters.list().map(({ name, digest }) => ({ ...card(name), parent: model, digest }));
  return [{ ...card(model), ...details }, ...tuned];
}

/**
 * What `model` of a request means: the base model (each tool with its own adapter), or one adapter for whatever is
 * asked, as `adapter:NAME` or, as it is listed, `NAME`. Throws `model_unknown`.
 */
export function findModel(
  id: string,
  { engine, adapters }: ModelPorts,
): { readonly adapter: NamedAdapter | null } {
  if (id === engine.info.model) return { adapter: null };
  const name = id.replace(/^adapter:/, '');
  const adapter = adapters.list().find((one) => one.name === name);
  if (adapter !== undefined) return { adapter };
  throw new TenonError('model_unknown', { model: id.slice(0, 100) }, { param: 'model' });
}

function card(id: string): ModelCard {
  return { id, object: 'model', created: STARTED, owned_by: 'tenon' };
}
