/** Thrown by a parser; the caller adds which setting and where it came from. */
export class SettingError extends Error {}

/** One line of the configuration: how its value is read from a flag, the environment or TOML. */
export interface Setting<T> {
  readonly description: string;
  /** How `--help` shows the value; absent: a switch. */
  readonly placeholder?: string;
  readonly fallback: T;
  /** `value` is text from a flag or the environment, anything from TOML. Throws SettingError. */
  parse(value: unknown): T;
}

export function text(
  fallback: string,
  placeholder: string,
  description: string,
  check: (value: string) => string = (value) => value,
): Setting<string> {
  return {
    description,
    placeholder,
    fallback,
    parse: (value) => {
      if (typeof value === 'string' && value !== '') return check(value);
      throw new SettingError('it must be a text that is not empty');
    },
  };
}

export function integer(fallback: number, min: number, max: number, description: string): Setting<number> {
  return {
    description,
    placeholder: 'N',
    fallback,
    parse: (value) => {
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max)
        return number;
      throw new SettingError(`it must be a whole number from ${min} to ${max}`);
    },
  };
}

export function toggle(description: string): Setting<boolean> {
  return {
    description,
    fallback: false,
    parse: (value) => {
      if (value === true || value === 'true' || value === '1') return true;
      if (value === false || value === 'false' || value === '0') return false;
      throw new SettingError('it must be true or false');
    },
  };
}

export function choice<const T extends string>(
  values: readonly T[],
  fallback: T,
  description: string,
): Setting<T> {
  return {
    description: `${description}: ${values.join(', ')}`,
    placeholder: 'NAME',
    fallback,
    parse: (value) => {
      const found = values.find((known) => known === value);
      if (found !== undefined) return found;
      throw new SettingError(`it must be one of ${values.join(', ')}`);
    },
  };
}

/** Comma-separated in a flag or the environment, an array in TOML; each item must pass `check`. */
export function list(
  placeholder: string,
  description: string,
  check: (item: string) => string,
): Setting<readonly string[]> {
  return {
    description,
    placeholder,
    fallback: [],
    parse: (value) => {
      const items = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
      if (!Array.isArray(items)) throw new SettingError('it must be a list of texts');
      return items.map((item: unknown) => {
        if (typeof item !== 'string') throw new SettingError('it must be a list of texts');
        return check(item);
      });
    },
  };
}
