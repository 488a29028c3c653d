import { reasonOf, type Log } from '../log.ts';
import { runNft } from './nft-run.ts';

/** The nft that was found, if this kernel takes anything from it: some know iptables alone. Never rejects. */
export async function usableNft(nft: string | undefined, log: Log): Promise<string | undefined> {
  if (nft === undefined) return undefined;
  try {
    const { status, errors } = await runNft(nft, ['list', 'tables']);
    if (status === 0) return nft;
    throw new Error(errors.trim());
  } catch (error) {
    log('nft-unusable', { level: 'warn', message: reasonOf(error) });
    return undefined;
  }
}
