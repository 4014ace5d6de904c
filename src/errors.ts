/**
 * Every error that leaves Tenon, in one table: its code, its HTTP status, its OpenAI error type, and a
 * message that says what to do. `{name}` in a message is filled from the values given when it is thrown.
 * docs/errors.md is this table in prose; test/errors.test.ts keeps the two together.
 */
export interface ErrorSpec {
  readonly status: number;
  readonly type:
    | 'invalid_request_error'
    | 'authentication_error'
    | 'permission_error'
    | 'rate_limit_error'
    | 'not_found_error'
    | 'conflict_error'
    | 'upstream_error'
    | 'server_error';
  readonly message: string;
}

export const ERRORS = {
  // requests
  invalid_json: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'The body is not valid JSON: {reason}. Send one JSON object with content-type: application/json.',
  },
  invalid_request: { status: 400, type: 'invalid_request_error', message: '{reason}' },
  body_too_large: {
    status: 413,
    type: 'invalid_request_error',
    message: 'The body is larger than {limit} bytes. Send less, or raise max_body_bytes.',
  },
  unsupported_media_type: {
    status: 415,
    type: 'invalid_request_error',
    message: 'Send the body as application/json, not {type}.',
  },
  route_not_found: {
    status: 404,
    type: 'not_found_error',
    message: 'There is no {method} {path}. The routes are listed in docs/http.md.',
  },
  method_not_allowed: {
    status: 405,
    type: 'invalid_request_error',
    message: '{path} does not take {method}; it takes {allowed}.',
  },
  input_too_long: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The input is {tokens} tokens long with its prompt; the model takes {limit}. Shorten the input.',
  },
  body_too_deep: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The body is nested more than {limit} levels deep. Flatten it.',
  },
  headers_too_large: {
    status: 431,
    type: 'invalid_request_error',
    message: 'The request line and headers are larger than Tenon reads. Send less.',
  },
  request_timeout: {
    status: 408,
    type: 'invalid_request_error',
    message: 'The request did not arrive in time. Send it again, faster.',
  },
  invalid_http: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The request is not valid HTTP ({reason}).',
  },
  host_refused: {
    status: 403,
    type: 'invalid_request_error',
    message: 'This gateway does not answer to the name {host}. Call it by the address that it listens on.',
  },
  origin_refused: {
    status: 403,
    type: 'invalid_request_error',
    message: 'A page of {origin} may not use this gateway. Call it from its own pages or from a program.',
  },
  // keys
  key_missing: {
    status: 401,
    type: 'authentication_error',
    message:
      'This gateway asks for a key. Send it as authorization: Bearer tenon_…; an administrator makes one with tenon key add.',
  },
  key_invalid: {
    status: 401,
    type: 'authentication_error',
    message: 'The key is not one of this gateway. It may have been removed or rotated; ask for a new one.',
  },
  key_expired: {
    status: 401,
    type: 'authentication_error',
    message: 'This secret of the key {key} expired at {at}. Use its newer one, or ask for a new key.',
  },
  scope_missing: {
    status: 403,
    type: 'permission_error',
    message: 'The key {key} may not do this: it needs the scope {scope}.',
  },
  tool_not_allowed: {
    status: 403,
    type: 'permission_error',
    message: 'This key may not use the tool {tool}. Its list of tools is fixed when it is made.',
  },
  rate_limited: {
    status: 429,
    type: 'rate_limit_error',
    message: 'The key {key} may send {limit} requests a minute. Try again in {seconds} s.',
  },
  too_many_at_once: {
    status: 429,
    type: 'rate_limit_error',
    message: 'The key {key} may have {limit} requests running at once. Try again when one has ended.',
  },
  token_budget_spent: {
    status: 429,
    type: 'rate_limit_error',
    message:
      'The key {key} has spent its {limit} tokens of today. It may go on at midnight UTC, in {seconds} s.',
  },
  key_not_found: {
    status: 404,
    type: 'not_found_error',
    message: 'There is no key {name}. GET /v1/keys lists them.',
  },
  key_exists: {
    status: 409,
    type: 'conflict_error',
    message:
      'There is, or was, a key {name}. Names stand in the records for who did what, so none is used twice: take another.',
  },
  key_admin_needed: {
    status: 409,
    type: 'conflict_error',
    message:
      'Without a key that has the scope admin and never expires, nobody could manage keys any more. Make one first; the first key must be one, and it is the last that can be removed.',
  },
  // chat completions
  unsupported_parameter: {
    status: 400,
    type: 'invalid_request_error',
    message:
      '{param} is not served: {reason}. Leave it out. docs/openai.md lists what is read, ignored and refused.',
  },
  text_unsupported: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'This model writes calls and JSON, and no prose: {reason}. Give tools, or a response_format of json_schema, and end with a message of the user.',
  },
  model_unknown: {
    status: 404,
    type: 'not_found_error',
    message: 'There is no model {model}. GET /v1/models lists the base model and the adapters.',
  },
  output_invalid: {
    status: 422,
    type: 'invalid_request_error',
    message: 'The model found no valid answer: {reason}. Say more in the request, or simplify the schema.',
  },
  // starting and the command line (the statuses matter only where one of these crosses HTTP)
  port_in_use: {
    status: 500,
    type: 'server_error',
    message: 'Port {port} on {host} is taken by another program. Stop it, or choose another with --{flag}.',
  },
  address_unavailable: {
    status: 500,
    type: 'server_error',
    message:
      'Cannot listen on {host}:{port} ({reason}). Choose an address of this machine with --host and a port above 1023 with --port.',
  },
  config_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The setting {name} from {origin} is not usable: {reason}.',
  },
  config_unknown: {
    status: 400,
    type: 'invalid_request_error',
    message: '{origin} has a setting that does not exist: {name}. Known settings: {known}.',
  },
  file_unreadable: { status: 400, type: 'invalid_request_error', message: 'Cannot read {path}: {reason}.' },
  file_unwritable: { status: 400, type: 'invalid_request_error', message: 'Cannot write {path}: {reason}.' },
  export_unsupported: {
    status: 400,
    type: 'invalid_request_error',
    message: 'This cannot be exported: llama.cpp has no place for {feature}.',
  },
  usage: { status: 400, type: 'invalid_request_error', message: '{reason}' },
  gateway_unreachable: {
    status: 503,
    type: 'server_error',
    message:
      'No gateway answers at {url} ({reason}). Start one with: npm start. Or name another with --url or TENON_URL.',
  },
  gateway_answer_invalid: {
    status: 502,
    type: 'server_error',
    message: 'What answers at {url} is not a Tenon gateway: {reason}. Name another with --url or TENON_URL.',
  },
  // schemas
  schema_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The schema is not usable: {reason}.',
  },
  schema_too_large: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The schema has {what} beyond the limit of {limit}. Make it smaller, or split the tool in two.',
  },
  schema_too_deep: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The schema is nested more than {limit} levels deep. Flatten it, or move parts into $defs.',
  },
  schema_ref_remote: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'The schema refers to {ref}, which is outside the schema. Nothing is fetched: copy that schema into $defs and refer to it as #/$defs/….',
  },
  schema_dialect_unknown: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'The schema says it is {dialect}. Use 2020-12 (the default), 2019-09, draft-07, draft-06 or draft-04.',
  },
  schema_pattern_unsupported: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'The pattern {pattern} cannot be run within bounds: {reason}. Rewrite it without that part, or check it in your upstream.',
  },
  schema_too_complex: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'The schema could not be compiled within {limit} ({stage}). Simplify it: fewer alternatives, smaller repeats and lengths.',
  },
  schema_unsupported: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The keyword {keyword} at {pointer} of the schema cannot be enforced while decoding: {reason}.',
  },
  schema_ref_unresolved: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The reference {ref} leads nowhere. Nothing is fetched: put that schema into $defs.',
  },
  schema_unsatisfiable: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'No finite value satisfies the schema. Look for a false, an empty enum, or a required property that needs itself.',
  },
  grammar_syntax: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The grammar is not valid GBNF: line {line}: {reason}.',
  },
  grammar_left_recursion: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'The rule {rule} of the grammar begins with itself. Rewrite it so that each turn reads at least one character first.',
  },
  grammar_unknown: {
    status: 400,
    type: 'invalid_request_error',
    message: 'There is no grammar {name}. Known: {known}.',
  },
  grammar_file_invalid: {
    status: 500,
    type: 'server_error',
    message: 'The grammar {path} cannot be used: {reason}.',
  },
  grammar_too_complex: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'The grammar needs more than {limit} {what} to decide the next token. Simplify it: fewer overlapping alternatives, smaller repeats.',
  },
  validation_timeout: {
    status: 503,
    type: 'server_error',
    message:
      'Validating the value took longer than {limit} ms and was stopped. Simplify the schema (uniqueItems over large arrays and nested oneOf cost most), or send a smaller value.',
  },
  validation_memory: {
    status: 503,
    type: 'server_error',
    message:
      'Validating the value needed more than {limit} MB and was stopped. Simplify the schema or send a smaller value.',
  },
  instance_too_deep: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The value is nested more than {limit} levels deep. Flatten it.',
  },
  instance_too_large: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The value has {what} beyond the limit of {limit}. Send less.',
  },
  instance_not_json: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The value is not JSON: {reason}.',
  },
  // tools
  tool_invalid: { status: 400, type: 'invalid_request_error', message: 'The tool is not usable: {reason}.' },
  tool_adapter_unknown: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'The tool names the adapter {adapter}, which is not there. Add it first (tenon adapter add {adapter} FOLDER), or register the tool without one: the base model then serves it.',
  },
  tool_exists: {
    status: 409,
    type: 'conflict_error',
    message:
      'There is already a tool {name} with other content. To make a new version of it: PUT /v1/tools/{name}.',
  },
  tool_not_found: {
    status: 404,
    type: 'not_found_error',
    message: 'There is no tool {name}. GET /v1/tools lists those that are registered.',
  },
  tool_conflict: {
    status: 409,
    type: 'conflict_error',
    message: 'The tool {name} was changed by someone else at the same moment. Read it and try again.',
  },
  // upstreams
  upstream_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The upstream is not usable: {reason}.',
  },
  upstream_argument_refused: {
    status: 400,
    type: 'invalid_request_error',
    message: "The argument {argument} cannot stand in the upstream's address: {reason}. Nothing was sent.",
  },
  upstream_refused: {
    status: 403,
    type: 'upstream_error',
    message:
      'Nothing was sent to {origin}: {reason}. If it is yours, the operator can allow exactly this origin with allowed_origins.',
  },
  upstream_unreachable: {
    status: 502,
    type: 'upstream_error',
    message:
      'No connection to {origin} ({reason}). Nothing was sent. Check that it is up and that its address in the registration is right.',
  },
  upstream_suspended: {
    status: 503,
    type: 'upstream_error',
    message:
      'Nothing was sent to {origin}: it failed {failures} times in a row and is left alone for {seconds} s. Check that it is up, then try again.',
  },
  upstream_timeout: {
    status: 504,
    type: 'upstream_error',
    message:
      '{origin} did not answer within {limit} ms. It may have acted on the call: look there before repeating it.',
  },
  upstream_invalid_answer: {
    status: 502,
    type: 'upstream_error',
    message:
      'The answer of {origin} was not usable: {reason}. It may have acted on the call: look there before repeating it.',
  },
  secret_missing: {
    status: 503,
    type: 'server_error',
    message:
      'The environment variable {variable}, which the header {header} needs, is not set. Set it where the gateway runs and start it again. Nothing was sent.',
  },
  secret_invalid: {
    status: 503,
    type: 'server_error',
    message:
      'The environment variable {variable} holds characters that the header {header} cannot carry (a line break?). Set it again. Nothing was sent.',
  },
  // models, adapters, the engine
  model_invalid: {
    status: 500,
    type: 'server_error',
    message: 'The model cannot be read: {file}: {reason}. Fetch the file again, or point to another model.',
  },
  model_unsupported: {
    status: 500,
    type: 'server_error',
    message: 'The model uses {feature}, which Tenon does not serve. Choose a model without it.',
  },
  model_not_found: {
    status: 404,
    type: 'not_found_error',
    message:
      'There is no model {name}: no folder of that path, and none of that name among {known}. Add one with: tenon model add FOLDER, or tenon model add ORGANISATION/NAME.',
  },
  model_exists: {
    status: 409,
    type: 'conflict_error',
    message:
      'There is a model {name} already, in {folder}. Choose another name with --name, or remove that one.',
  },
  hub_unreachable: {
    status: 503,
    type: 'server_error',
    message:
      'Cannot fetch {id} from {url} ({reason}). Without a network, add a model from a folder: tenon model add FOLDER. What came is kept: the same command goes on from there.',
  },
  hub_refused: {
    status: 502,
    type: 'upstream_error',
    message: 'The hub at {url} does not give {id}: {reason}.',
  },
  hub_file_corrupt: {
    status: 502,
    type: 'upstream_error',
    message:
      '{file} is not what the hub says it is: its checksum or length is another. It was removed; add the model again.',
  },
  disk_full: {
    status: 507,
    type: 'server_error',
    message:
      '{folder} has {free} MB free, and the model needs {needed} MB. Make room, or choose another folder with --data.',
  },
  adapter_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The adapter cannot be read: {file}: {reason}. Export it again with PEFT as safetensors.',
  },
  adapter_mismatch: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The adapter was made for another model: {reason}. Train it on the model that Tenon serves.',
  },
  adapter_unsupported: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The adapter uses {feature}, which Tenon does not serve. {remedy}.',
  },
  adapter_unknown: {
    status: 404,
    type: 'not_found_error',
    message: 'There is no adapter {name}. GET /v1/adapters lists those that are there.',
  },
  adapter_exists: {
    status: 409,
    type: 'conflict_error',
    message:
      'There is already an adapter {name} with other content. To make a new version of it: PUT /v1/adapters/{name}, or tenon adapter add --replace.',
  },
  adapter_in_use: {
    status: 409,
    type: 'conflict_error',
    message:
      'The adapter {name} is named by {tools}. Change or remove what names it first; nothing was removed.',
  },
  adapter_shipped: {
    status: 409,
    type: 'conflict_error',
    message:
      'The adapter {name} was not uploaded: it stands in the folder {folder}. Take it out of there and start the gateway again.',
  },
  adapter_too_large: {
    status: 413,
    type: 'invalid_request_error',
    message:
      'The adapter is larger than {limit} bytes. Save it in float16, or train it with a smaller r or fewer target_modules.',
  },
  upload_unwritable: {
    status: 507,
    type: 'server_error',
    message:
      'The upload cannot be written to {location}: {reason}. Make room there, or give another folder with --data.',
  },
  adapter_not_found: {
    status: 404,
    type: 'not_found_error',
    message: 'There is no adapter with digest {digest}. Add it to the engine first.',
  },
  queue_full: {
    status: 429,
    type: 'server_error',
    message: 'The engine has {limit} requests waiting and takes no more. Try again in a moment.',
  },
  engine_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'The engine is not available: {reason}. Try again; if it stays so, look at the log.',
  },
  engine_timeout: {
    status: 503,
    type: 'server_error',
    message:
      'The engine was not done with the request within {limit} ms. Try again in a moment, or send fewer at once.',
  },
  engine_run_failed: {
    status: 503,
    type: 'server_error',
    message:
      'The model could not be run: {reason}. Try again; if it stays so, send less or give the machine more memory.',
  },
  engine_crashed: {
    status: 500,
    type: 'server_error',
    message:
      'The engine died {times} times while it worked on this request ({reason}), so it is not tried again. Change the request, and look at the log.',
  },
  engine_output_invalid: {
    status: 500,
    type: 'server_error',
    message:
      'The model computed values that are not numbers. Check the weights of the model and of the adapter {adapter}.',
  },
  request_cancelled: {
    status: 499,
    type: 'invalid_request_error',
    message: 'The request was cancelled before it was done.',
  },
  // the store
  store_unwritable: {
    status: 503,
    type: 'server_error',
    message:
      'The database {location} cannot be written: {reason}. Give a folder that this user may write to, with --data.',
  },
  store_corrupt: {
    status: 503,
    type: 'server_error',
    message:
      'The database {location} is damaged: {reason}. Move it aside with its -wal and -shm files and put a backup in its place; nothing was changed.',
  },
  store_in_use: {
    status: 503,
    type: 'server_error',
    message:
      'Another Tenon is working with {location}. Stop it, or give this one a folder of its own with --data.',
  },
  store_newer: {
    status: 503,
    type: 'server_error',
    message:
      'The database {location} was changed by a newer Tenon (it has {migrations}). Run that version, or give this one a folder of its own with --data; nothing was changed.',
  },
  // calls
  no_tools_registered: {
    status: 409,
    type: 'conflict_error',
    message:
      'No tool is registered, so there is nothing to call. Register one: POST /v1/tools, or tenon tool add FILE.',
  },
  call_not_found: {
    status: 404,
    type: 'not_found_error',
    message: 'There is no call {id}. GET /v1/calls lists them.',
  },
  call_conflict: {
    status: 409,
    type: 'conflict_error',
    message: 'The call {id} was changed by someone else at the same moment. Read it and try again.',
  },
  call_running: {
    status: 409,
    type: 'conflict_error',
    message:
      'The call {id}, which this Idempotency-Key stands for, is still running. Ask again with the same key.',
  },
  call_transition_illegal: {
    status: 500,
    type: 'server_error',
    message: 'The call {id} cannot go from {from} to {to}. This is a fault in Tenon; nothing was sent.',
  },
  idempotency_mismatch: {
    status: 422,
    type: 'invalid_request_error',
    message:
      'The Idempotency-Key {key} came before with another body (call {call}). Use a new key for a new request.',
  },
  idempotency_key_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The Idempotency-Key must be 1 to 255 visible ASCII characters.',
  },
  interrupted: {
    status: 503,
    type: 'server_error',
    message: 'Tenon stopped before the call was ready. Nothing was sent; ask again.',
  },
  cancelled: {
    status: 499,
    type: 'invalid_request_error',
    message: 'The client left before the call was ready. Nothing was sent.',
  },
  rejected: {
    status: 409,
    type: 'conflict_error',
    message: 'Rejected by {actor}{note}. Nothing was sent since.',
  },
  upstream_failed: {
    status: 502,
    type: 'upstream_error',
    message: '{origin} answered {status}. It may have acted on the call: look there before repeating it.',
  },
  // reviews
  review_not_found: {
    status: 404,
    type: 'not_found_error',
    message: 'There is no review {id}. GET /v1/reviews lists them.',
  },
  review_closed: {
    status: 409,
    type: 'conflict_error',
    message: 'The review {id} is decided already: {status} by {actor} at {at}.',
  },
  review_not_approvable: {
    status: 409,
    type: 'conflict_error',
    message:
      'The arguments in review {id} do not fit their schema, so they cannot be approved as they are. Correct them, or reject the call.',
  },
  arguments_invalid: {
    status: 422,
    type: 'invalid_request_error',
    message:
      'The arguments do not fit the schema of {tool} version {version}: {count} problem(s), in details. The review stays open.',
  },
  // internal
  internal: {
    status: 500,
    type: 'server_error',
    message:
      'Something went wrong inside Tenon. The request id names it in the log; nothing was forwarded unless the call says so.',
  },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

/** Where in a value, which schema keyword, and what is wrong. `pointer` is a JSON Pointer into the value. */
export interface Issue {
  readonly pointer: string;
  readonly keyword: string;
  readonly message: string;
}

export interface ErrorOptions {
  /** The request field or JSON Pointer at fault. */
  readonly param?: string;
  readonly details?: readonly Issue[];
  readonly cause?: unknown;
}

/** The one error class: `throw new TenonError('tool_not_found', { name })`. */
export class TenonError extends Error {
  override readonly name = 'TenonError';
  readonly code: ErrorCode;
  /** What filled the message: enough, with the code, to make the same error on the other side of a thread. */
  readonly values: Readonly<Record<string, string | number>>;
  readonly param: string | undefined;
  readonly details: readonly Issue[] | undefined;

  constructor(
    code: ErrorCode,
    values: Readonly<Record<string, string | number>> = {},
    options: ErrorOptions = {},
  ) {
    super(fill(ERRORS[code].message, values), { cause: options.cause });
    this.code = code;
    this.values = values;
    this.param = options.param;
    this.details = options.details;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get type(): ErrorSpec['type'] {
    return ERRORS[this.code].type;
  }
}

function fill(message: string, values: Readonly<Record<string, string | number>>): string {
  return message.replace(/\{(\w+)\}/g, (hole, name: string) =>
    name in values ? String(values[name]) : hole,
  );
}
