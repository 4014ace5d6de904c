// Text + adapter + grammar → arguments. `onnx/` runs a Hugging Face model in a worker thread of this process:
// it chooses a tool, then writes its arguments token by token under the grammar of its schema, each row of a
// batch with its own LoRA adapter. The HTTP thread never waits on a matrix product. Whatever an engine makes
// is validated again before anything is forwarded; an engine is trusted with nothing but being helpful.
// A dead thread fails its call with a code and is replaced; other requests lose nothing but time.
export { createOnnxEngine, type OnnxEngine, type OnnxEngineOptions } from './onnx/engine.ts';
export type {
  AdapterInfo,
  Engine,
  EngineInfo,
  EngineStats,
  EngineTool,
  GenerateRequest,
  Generation,
  ModelStats,
  RequestOptions,
  Sampling,
  Selection,
  SelectRequest,
  Usage,
} from './types.ts';
