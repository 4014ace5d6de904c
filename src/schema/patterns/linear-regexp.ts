import { RE2JS } from 're2js';
import { TenonError } from '../../errors.ts';
import { patternHolds } from '../../grammar/index.ts';
import { ecmaToRe2 } from './ecma-to-re2.ts';

/** As much of RegExp as Ajv uses. `toString` is Ajv's key for sharing one compiled pattern. */
export interface LinearRegExp {
  test(text: string): boolean;
  toString(): string;
}

/**
 * A JSON Schema `pattern` compiled to run in time linear in the text: `^(a+)+$` costs milliseconds where a
 * backtracking engine takes seconds. Throws `schema_invalid` for a syntax error, `schema_pattern_unsupported`
 * for what neither RE2 nor the grammar's matcher has.
 */
export function linearRegExp(pattern: string): LinearRegExp {
  checkSyntax(pattern);
  const other = byGrammar(pattern);
  if (other !== undefined) return other;
  try {
    const compiled = RE2JS.compile(ecmaToRe2(pattern));
    return { test: (text) => compiled.test(text), toString: () => pattern };
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace('error parsing regexp: ', '') : String(error);
    throw new TenonError('schema_pattern_unsupported', {
      pattern: JSON.stringify(pattern.slice(0, 100)),
      reason,
    });
  }
}

/** As the specification asks, Unicode syntax; and the looser syntax that many schemas still use (`\-`, `{`). */
function checkSyntax(pattern: string): void {
  for (const flags of ['u', '']) {
    try {
      new RegExp(pattern, flags);
      return;
    } catch (error) {
      if (flags === '') {
        throw new TenonError('schema_invalid', {
          reason: error instanceof Error ? error.message : String(error),
        });
      }
    }
  }
}

/** What RE2 does not have, matched by the grammar's own bounded matcher: what it lets through must pass here. */
function byGrammar(pattern: string): LinearRegExp | undefined {
  try {
    RE2JS.compile(ecmaToRe2(pattern));
    return undefined;
  } catch {
    try {
      patternHolds(pattern, '');
    } catch {
      return undefined;
    }
    return { test: (text) => patternHolds(pattern, text), toString: () => pattern };
  }
}
