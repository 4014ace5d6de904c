import { listSupportedBackends } from 'onnxruntime-node';

/** Where the model runs, and why there. */
export interface Device {
  readonly name: string;
  readonly reason: string;
}

/** Providers that this engine can run its graphs on, best first. The others that ONNX Runtime has are named only. */
const SERVED = ['cpu'];

/** `auto`: the best device that is there and that the engine serves. */
export function chooseDevice(
  threads: number,
  present = listSupportedBackends().map(({ name }) => name),
): Device {
  const others = present.filter((name) => !SERVED.includes(name));
  const name = `cpu (${threads} ${threads === 1 ? 'thread' : 'threads'})`;
  const unused =
    others.length === 0
      ? 'this build of ONNX Runtime has no other'
      : `ONNX Runtime also has ${others.join(', ')}, which the engine does not use yet`;
  return { name, reason: unused };
}
