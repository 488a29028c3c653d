import type { Address } from '../domain/address.ts';
import { systemTimer, type Seconds, type Timer } from '../domain/time.ts';
import { askStun, defaultRouteAddress } from './discover.ts';

export interface ExternalAddressParts {
  /** Set by the administrator; nothing is discovered then. */
  readonly configured?: Address | undefined;
  /** `host:port` each, asked in order until one answers. */
  readonly stunServers: readonly string[];
  readonly refreshEvery: Seconds;
  readonly changed: (address: Address | undefined, how: Source) => void;
  readonly timer?: Timer;
}

export type Source = 'configured' | 'stun' | 'default-route' | 'unknown';

/** What the caller is told as the server's own address. */
export interface ExternalAddress {
  current(): Address | undefined;
  /** Looks once more, now. Never rejects. */
  refresh(): Promise<void>;
  stop(): void;
}

const stunLimit: Seconds = 3;

/** Begins to look at once, and again at every refresh; the last address found stays until another is. */
export function watchExternalAddress(parts: ExternalAddressParts): ExternalAddress {
  const { timer = systemTimer } = parts;
  let current: Address | undefined;

  function set(address: Address | undefined, how: Source): void {
    if (address === current) return;
    current = address;
    parts.changed(address, how);
  }

  async function look(): Promise<void> {
    for (const server of parts.stunServers) {
      const seen = await askStun(server, stunLimit);
      if (seen) return set(seen, 'stun');
    }
    // what a STUN server said an hour ago beats what our own interface says now
    if (parts.stunServers.length > 0 && current) return;
    const leaving = await defaultRouteAddress();
    if (leaving) set(leaving, 'default-route');
  }

  if (parts.configured) {
    set(parts.configured, 'configured');
    return { current: () => current, refresh: () => Promise.resolve(), stop: () => undefined };
  }
  let looking: Promise<void> | undefined;
  const refresh = (): Promise<void> => {
    looking ??= look().finally(() => (looking = undefined));
    return looking;
  };
  let next: { cancel(): void };
  const goOn = (): void => {
    void refresh();
    next = timer(parts.refreshEvery, goOn);
  };
  goOn();
  return { current: () => current, refresh, stop: () => next.cancel() };
}
