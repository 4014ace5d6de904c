import { TenonError } from '../../errors.ts';
import type { Caller, Scope } from './types.ts';

/** `public`: without a key. `any`: with any key. Else with a key that has one of these scopes. */
type Need = 'public' | 'any' | readonly Scope[];

interface Rule {
  /** The path itself and everything below it. */
  readonly path: string;
  readonly read: Need;
  readonly write: Need;
}

/** What each part of the gateway asks of a key. What is not listed here asks for `admin`. */
const RULES: readonly Rule[] = [
  { path: '/healthz', read: 'public', write: 'public' },
  { path: '/readyz', read: 'public', write: 'public' },
  { path: '/openapi.json', read: 'public', write: 'public' },
  { path: '/metrics', read: 'any', write: 'any' },
  { path: '/v1/tools', read: 'any', write: ['register'] },
  { path: '/v1/calls', read: ['call', 'review'], write: ['call'] },
  { path: '/v1/reviews', read: ['review'], write: ['review'] },
  { path: '/v1/adapters', read: 'any', write: ['train'] },
  { path: '/v1/models', read: 'any', write: ['call'] },
  { path: '/v1/chat/completions', read: ['call'], write: ['call'] },
  { path: '/mcp', read: ['call'], write: ['call'] },
];

/** Which scopes would do for a request; `path` as the router sees it. */
export function needOf(method: string, path: string): Need {
  if (path === '/') return 'public';
  const rule = RULES.find((one) => path === one.path || path.startsWith(`${one.path}/`));
  if (rule === undefined) return ['admin'];
  return method === 'GET' || method === 'HEAD' ? rule.read : rule.write;
}

/** Throws `scope_missing`. */
export function checkScope(caller: Caller, need: Need): void {
  if (need === 'public' || need === 'any' || caller.scopes.includes('admin')) return;
  if (need.some((scope) => caller.scopes.includes(scope))) return;
  throw new TenonError('scope_missing', { key: caller.name, scope: need.join(' or ') });
}
