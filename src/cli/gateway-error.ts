import type { ErrorBody } from '../error-body.ts';

/** A coded error that the gateway answered with, as it came over the wire. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly status: number;
  readonly body: ErrorBody;
  readonly requestId: string | null;

  constructor(status: number, body: ErrorBody, requestId: string | null) {
    super(body.error.message);
    this.status = status;
    this.body = body;
    this.requestId = requestId;
  }
}
