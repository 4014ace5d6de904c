import { parentPort } from 'node:worker_threads';
import { TenonError } from '../../errors.ts';
import type { ModelStats } from '../types.ts';
import { toFailure } from './failure.ts';
import type { FromWorker, Methods, ToWorker } from './protocol.ts';
import { Runtime } from './runtime.ts';

/** The thread in which the model runs. The other side sends requests, several at once, and may cancel them. */
const port = parentPort!;
const running = new Map<number, AbortController>();
let runtime: Runtime | null = null;

port.on('message', (message: ToWorker) => {
  if (message.method === 'cancel') running.get(message.id)?.abort(new TenonError('request_cancelled'));
  else if (message.method === 'stop') process.exit(0);
  else void answer(message);
});

type Request = Exclude<ToWorker, { readonly method: 'cancel' | 'stop' }>;

async function answer(request: Request): Promise<void> {
  const controller = new AbortController();
  running.set(request.id, controller);
  try {
    const value = await perform(request, controller.signal);
    send({ id: request.id, value, stats: statsNow() });
  } catch (error) {
    send({ id: request.id, failure: toFailure(error), stats: statsNow() });
  } finally {
    running.delete(request.id);
  }
}

async function perform(
  request: Request,
  signal: AbortSignal,
): Promise<Methods[Request['method']]['answers']> {
  if (request.method === 'start') {
    runtime = await Runtime.create(request.value);
    return runtime.info;
  }
  if (!runtime) throw new TenonError('engine_unavailable', { reason: 'the model is not loaded' });
  switch (request.method) {
    case 'addAdapter':
      return runtime.addAdapter(request.value);
    case 'knowAdapters':
      return runtime.knowAdapters(request.value);
    case 'removeAdapter':
      return runtime.removeAdapter(request.value);
    case 'pinAdapters':
      return runtime.pinAdapters(request.value);
    case 'select':
      return await runtime.select(request.value, signal);
    case 'generate':
      return await runtime.generate(request.value, signal);
  }
}

function statsNow(): ModelStats | null {
  return runtime?.stats() ?? null;
}

function send(message: FromWorker): void {
  port.postMessage(message);
}
