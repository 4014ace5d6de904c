import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { isPublicAddress, literalAddress } from './public-address.ts';

/** The address that a name resolved to, or was, is not one that may be called. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** Resolves a name to all of its addresses. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface GuardOptions {
  /** Origins that the operator allows wherever they are, as `URL.origin` writes them. */
  readonly allowed: ReadonlySet<string>;
  readonly connectTimeoutMs: number;
  readonly resolve?: Resolve;
}

/**
 * Opens connections to public addresses only. The check is made on the address the socket then connects to,
 * so that a name which resolves differently a moment later (rebinding) gains nothing; literal addresses, for
 * which no lookup is made, are checked before.
 */
export function guardedConnector(options: GuardOptions): buildConnector.connector {
  const resolve = options.resolve ?? resolveAll;
  const connector = (allows: (address: string) => boolean): buildConnector.connector =>
    // HTTP/1.1 alone: over HTTP/2 a request may be refused half-way and sent again.
    buildConnector({ timeout: options.connectTimeoutMs, allowH2: false, lookup: lookupBy(resolve, allows) });
  const open = connector(() => true);
  const guarded = connector(isPublicAddress);
  return (target, callback) => {
    if (options.allowed.has(originOf(target))) return open(target, callback);
    const address = literalAddress(target.hostname);
    if (address !== null && !isPublicAddress(address)) return callback(refusal(address), null);
    guarded(target, callback);
  };
}

function originOf(target: buildConnector.Options): string {
  const host =
    target.hostname.includes(':') && !target.hostname.startsWith('[')
      ? `[${target.hostname}]`
      : target.hostname;
  return new URL(`${target.protocol}//${host}${target.port ? `:${target.port}` : ''}`).origin;
}

function lookupBy(resolve: Resolve, allows: (address: string) => boolean): LookupFunction {
  return (hostname, lookupOptions, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const first = addresses[0];
        const bad = addresses.find(({ address }) => !allows(address));
        // One bad address among good ones is how a rebinding name looks.
        if (first === undefined || bad !== undefined) callback(refusal(bad?.address ?? hostname), []);
        else if (lookupOptions.all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

function resolveAll(hostname: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    dnsLookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });
}

function refusal(address: string): AddressRefused {
  return new AddressRefused(`${address} is not a public address`);
}
