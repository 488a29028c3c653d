import { Refused } from '../../firewall/wire-rules.ts';
import { runNft } from './nft-run.ts';

export interface Listed {
  /** An address, or a port where the set holds nothing else. */
  readonly key: string;
  /** Where the key is an address and a port. */
  readonly port: number;
  /** Left in the kernel, rounded down; an element that somebody else made to last for ever has ten years. */
  readonly seconds: number;
  readonly packets: number;
}

const forEver = 10 * 31_536_000;

type Value = string | number | { readonly concat: readonly [string, number] };

interface JsonElement {
  readonly val: Value;
  readonly expires?: number;
  readonly counter?: { readonly packets: number };
}

interface JsonListing {
  readonly nftables: readonly {
    readonly set?: { readonly elem?: readonly (Value | { readonly elem: JsonElement })[] };
  }[];
}

/**
 * What is in a set. A nft of its own: `nft -i` takes three times as long over a long
 * list, and opens would wait for it. (`get element` is no cheaper: nft 1.0.6 reads all
 * sets of the table for it.)
 *
 * @throws Refused `gone` when there is no such set, or `kernel`
 */
export async function listSet(
  nft: string,
  table: string,
  set: string,
  family = 'inet',
): Promise<Listed[]> {
  const args = ['-j', 'list', 'set', family, table, set];
  const { status, output, errors } = await runNft(nft, args);
  if (/No such file or directory/.test(errors)) throw new Refused('gone', `${set} is gone.`);
  if (status !== 0) throw new Refused('kernel', `nftables cannot list: ${errors.trim()}.`);
  return parseSet(output);
}

/** Reads what `nft -j list set` prints; see libnftables-json(5). */
export function parseSet(listing: string): Listed[] {
  const { nftables } = JSON.parse(listing) as JsonListing;
  const elements = nftables.flatMap(({ set }) => set?.elem ?? []);
  return elements.map((element) => {
    const inner = typeof element === 'object' && 'elem' in element ? element.elem : undefined;
    const { val, expires, counter }: JsonElement = inner ?? { val: element as Value };
    const [key, port] = typeof val === 'object' ? val.concat : [String(val), 0];
    return { key, port, seconds: expires ?? forEver, packets: counter?.packets ?? 0 };
  });
}
