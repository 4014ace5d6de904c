import type { Context } from 'hono';

/** What the middleware leaves on a request's context. */
export interface GatewayEnv {
  Variables: {
    requestId: string;
  };
}

export type GatewayContext = Context<GatewayEnv>;
