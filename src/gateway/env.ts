import type { Context } from 'hono';
import type { Who } from './keys/index.ts';

/** What the middleware leaves on a request's context. */
export interface GatewayEnv {
  Variables: {
    requestId: string;
    caller: Who;
  };
}

export type GatewayContext = Context<GatewayEnv>;
