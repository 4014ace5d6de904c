import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { TenonError } from '../errors.ts';

const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false });

/** The JSON Schema of a request body, as a constant of ours. */
export interface BodySchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
}

export interface Check<T> {
  (value: unknown): T;
  readonly schema: BodySchema;
}

/**
 * Compiles the shape of one request body. The returned check narrows, or throws `invalid_request` that names
 * the member at fault in `param`. The schemas are ours, so they are compiled where the module loads.
 */
export function createCheck<T>(schema: BodySchema): Check<T> {
  const validate = ajv.compile<T>(schema);
  const check = (value: unknown): T => {
    if (validate(value)) return value;
    throw refusal(mostTelling(validate.errors ?? []), schema);
  };
  return Object.assign(check, { schema });
}

/** A misspelled member is also a missing one: the first says what to do. */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject {
  return errors.find(({ keyword }) => keyword === 'additionalProperties') ?? errors[0]!;
}

function refusal(error: ErrorObject, schema: BodySchema): TenonError {
  const at = error.instancePath.slice(1).replaceAll('/', '.');
  const { reason, param } = describe(error, at, Object.keys(schema.properties));
  return new TenonError('invalid_request', { reason }, param === '' ? {} : { param });
}

function describe(
  error: ErrorObject,
  at: string,
  known: readonly string[],
): { reason: string; param: string } {
  const inside = (member: string): string => (at === '' ? member : `${at}.${member}`);
  switch (error.keyword) {
    case 'additionalProperties': {
      const param = inside(String(error.params.additionalProperty));
      return { reason: `There is no member "${param}" here. Known members: ${known.join(', ')}.`, param };
    }
    case 'required': {
      const param = inside(String(error.params.missingProperty));
      return { reason: `The member "${param}" is missing.`, param };
    }
    case 'enum':
      return {
        reason: `"${at}" must be one of ${JSON.stringify(error.params.allowedValues)}.`,
        param: at,
      };
    default:
      return {
        reason: `${at === '' ? 'The body' : `"${at}"`} ${error.message ?? 'does not fit'}.`,
        param: at,
      };
  }
}
