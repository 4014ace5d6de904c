// A Hugging Face model folder, made ready to run: its configuration, its tokenizer with the bytes of every
// token, its chat template (from which the way it writes a call is derived), and its decoder as an ONNX model
// whose adapters are inputs. Also the safetensors format, read with suspicion and written. Everything is
// checked while it is read: what is damaged is `model_invalid` and what is not served is `model_unsupported`,
// by name, before anything runs.

export type { OnnxModel } from '../onnx/index.ts';
export {
  type CallFormat,
  compileCallFormat,
  compilePrompt,
  type Prompt,
  promptTokens,
} from './call-format.ts';
export type { ChatTemplate, TemplateMessage, TemplateTool } from './chat-template.ts';
export { exportAdapter, type ScaledLora } from './gguf/export-adapter.ts';
export { exportModel, type GgufFile } from './gguf/export-model.ts';
export type { GgufTensorType } from './gguf/tensor-types.ts';
export { inspectModel, type ModelSummary } from './inspect-model.ts';
export { type LoadOptions, loadModel, type Model, readConfig } from './load-model.ts';
export { PRECISIONS, type Precision } from './quantize/precision.ts';
export { SafetensorsError, SafetensorsFile, type TensorInfo } from './safetensors.ts';
export { siteOutputs, siteShapes } from './sites.ts';
export type { AddedToken, Tokenizer } from './tokenizer.ts';
export {
  ARCHITECTURES,
  type ArchitectureName,
  type DecoderConfig,
  type LayerAttention,
  type Projection,
  type Rotary,
  SITES,
  type Site,
  type SiteShape,
} from './types.ts';
export { type NamedTensor, writeSafetensors } from './write-safetensors.ts';
