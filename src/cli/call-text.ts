import type { CallRecord, CallResult } from '../calls/index.ts';
import { bad, bold, dim, doubtful, good, printable } from './style.ts';

/** A call as it was answered, or as it stands on record. */
type AnyCall = Omit<CallResult, 'status'> & Pick<CallRecord, 'status'>;

const MARK: Readonly<Partial<Record<AnyCall['status'], string>>> = {
  forwarded: good('✓ forwarded'),
  validated: good('✓ validated'),
  in_review: doubtful('? in review'),
  no_tool: doubtful('– no tool'),
  failed: bad('✗ failed'),
};

/** A call for people: what became of it, its arguments, the upstream's answer, and where the time went. */
export function describeCall(call: AnyCall): string {
  const lines = [headline(call)];
  if (call.arguments !== null && call.arguments !== undefined) {
    lines.push(printable(JSON.stringify(call.arguments, null, 2)).replace(/^/gm, '  '));
  }
  if (call.upstream) {
    lines.push(`  upstream ${call.upstream.status} ${printable(JSON.stringify(call.upstream.body))}`);
  }
  if (call.review) {
    const { id, reason } = call.review;
    lines.push(`  ${doubtful(reason.kind)}: ${printable(reason.message)}`);
    for (const { pointer, keyword, message } of reason.issues) {
      lines.push(`    ${printable(`${pointer || '/'} ${keyword}: ${message}`)}`);
    }
    lines.push(`  decide it: tenon review   ${dim(id)}`);
  }
  if (call.error) lines.push(`  ${bad(call.error.code)}: ${printable(call.error.message)}`);
  lines.push(dim(`  ${costs(call)}`));
  return lines.join('\n');
}

function headline({ status, tool, confidence, adapter, id }: AnyCall): string {
  const notes = [
    ...(confidence === null ? [] : [`confidence ${confidence.toFixed(2)}`]),
    ...(tool === null ? [] : [adapter ? `adapter ${adapter.name}` : 'base model']),
  ];
  return [MARK[status] ?? status, ...(tool ? [bold(tool)] : []), dim([...notes, id].join(', '))].join('  ');
}

function costs({ timings: t, usage: u }: AnyCall): string {
  const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
  const phases = [
    ['select', t.select_ms],
    ['prefill', t.prefill_ms],
    ['decode', t.decode_ms],
    ['validate', t.validate_ms],
    ['forward', t.forward_ms],
  ] as const;
  const spent = phases.map(([name, value]) => `${name} ${ms(value)}`).join(', ');
  const tokens = `${u.completion_tokens} tokens (${u.forced_tokens} forced) in ${u.passes} passes`;
  return `${ms(t.total_ms)} ms: ${spent}; ${tokens}`;
}
