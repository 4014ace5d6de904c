// OpenAI's chat completions over the engine: a call of one of the request's tools, or JSON under a schema, validated
// and never forwarded. `parameters.ts` is the table of what is read, ignored and refused (docs/openai.md in prose).
// Schemas from a request pass the same bounds as registered ones and are kept by their text. An answer is streamed
// once it is whole and valid: a fragment that has left cannot be taken back.
export { type Completions, createCompletions } from './create-completions.ts';
export { findModel, listModels, type ModelCard } from './models.ts';
export { CHAT_BODY, readChatRequest } from './parameters.ts';
export { toChatCompletion, toChunks } from './shape.ts';
