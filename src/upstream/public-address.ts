import ipaddr from 'ipaddr.js';

/** Addresses inside public ranges that clouds use for their own machinery. */
const CLOUD_MACHINERY = new Set(['168.63.129.16']);
/** 2000::/3 is all that IANA gives out; ranges outside it can embed an IPv4 address (`::7f00:1`). */
const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/** Whether a literal IP address is one of the public internet: not loopback, private, link-local, metadata… */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || CLOUD_MACHINERY.has(parsed.toString())) return false;
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(GLOBAL_UNICAST);
}

/** The literal address in a URL's hostname, without brackets; null where it is a name. */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(bare) ? bare : null;
}
