import { reasonOf, type Log } from '../log.ts';
import { runNft } from './nft-run.ts';

/** The nft that was found, if this kernel takes anything from it: some know iptables alone. Never rejects. */
export async function usableNft(nft: string | undefined, log: Log): Promise<string | undefined> {
  if (nft === undefined) return undefined;
  try {
    // of `list tables` nft 1.0.6 makes a list of all elements
    const { status, errors } = await runNft(nft, ['-t', 'list', 'ruleset']);
    if (status === 0) return nft;
    throw new Error(errors.trim());
  } catch (error) {
    log('nft-unusable', { level: 'warn', message: reasonOf(error) });
    return undefined;
  }
}
