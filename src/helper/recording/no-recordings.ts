import { Refused } from '../../firewall/wire-rules.ts';
import type { Recordings } from './recordings.ts';

/** Where there is no nft, nobody can be noted. */
export class NoRecordings implements Pick<Recordings, 'begin' | 'seen' | 'end' | 'clear'> {
  begin(): Promise<never> {
    return Promise.reject(
      new Refused(
        'kernel',
        'Callers cannot be recognised by their connection, because nft is not installed on this host: install the package nftables, or switch pairing off.',
      ),
    );
  }

  seen(): Promise<never> {
    return Promise.reject(new Refused('gone', 'There is no such recording.'));
  }

  async end(): Promise<void> {}

  async clear(): Promise<void> {}
}
