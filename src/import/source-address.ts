import { networkText, parseNetwork } from '../domain/address.ts';
import { parseTarget, targetText, type Target } from '../domain/entry.ts';

export type ReadTarget =
  { readonly target: Target; readonly remarks: readonly string[] } | { readonly why: string };

/**
 * Who is meant by an address, a network or a name as firewalls write them: with a
 * netmask (`/255.255.255.0`), capitals, or host bits that the mask takes away.
 */
export function readTarget(text: string): ReadTarget {
  const target = parseTarget(text);
  if (target) return judged(target);
  const masked = maskedNetwork(text);
  if (masked === undefined) return { why: 'is no address, network or host name' };
  const network = parseTarget(masked);
  if (!network) return { why: 'is no address, network or host name' };
  const read = judged(network);
  return 'why' in read ? read : { ...read, remarks: [`${text} means ${masked}`] };
}

function judged(target: Target): ReadTarget {
  if (target.kind === 'network' && target.network.endsWith('/0')) {
    return { why: 'is everybody: the whole Internet would be let in' };
  }
  const text = targetText(target);
  if (/^127\.[0-9./]+$|^::1$/.test(text))
    return { why: 'is this host itself, which always passes' };
  if (/^0\.0\.0\.0$|^::$|^255\.255\.255\.255$/.test(text)) return { why: 'is nobody’s address' };
  return { target, remarks: [] };
}

/** Canonical CIDR of a base with host bits or a dotted mask; undefined when it is neither. */
function maskedNetwork(text: string): string | undefined {
  const [base = '', mask = '', ...rest] = text.toLowerCase().split('/');
  const host = parseNetwork(base);
  if (!host || rest.length > 0) return undefined;
  const bits = host.family === 6 ? 128 : 32;
  const prefix = prefixOf(mask, host.family);
  if (prefix === undefined || prefix > bits) return undefined;
  const size = 1n << BigInt(bits - prefix);
  return networkText({ family: host.family, first: host.first - (host.first % size), size });
}

function prefixOf(mask: string, family: 4 | 6): number | undefined {
  if (/^(0|[1-9][0-9]{0,2})$/.test(mask)) return Number(mask);
  const dotted = family === 4 && mask.includes('.') ? parseNetwork(mask) : undefined;
  if (dotted?.family !== 4) return undefined;
  const ones = dotted.first.toString(2).padStart(32, '0');
  return /^1*0*$/.test(ones) ? ones.lastIndexOf('1') + 1 : undefined;
}
