import { familyOf, sixtyFourOf, type Address } from '../domain/address.ts';
import type { AuditLog, Firewall, Recording, Sighting } from '../domain/ports.ts';
import type { Clock, Seconds, Timer } from '../domain/time.ts';

/** What a window of recording has come to. */
export type PairingVerdict =
  /** At most one address of each family, to be confirmed by the caller. */
  | { readonly kind: 'found'; readonly addresses: readonly Address[] }
  | { readonly kind: 'several' }
  | { readonly kind: 'none' };

export interface PairingWindow {
  readonly ports: readonly number[];
  /** Settles when the window is over or somebody has been found. Never rejects. */
  readonly verdict: Promise<PairingVerdict>;
  /** Ends the window; safe to call twice. */
  stop(): Promise<void>;
}

/** Recognises a caller by the connection that they try while they are on the telephone. */
export interface Pairing {
  /**
   * Opens a window on these ports, or on one chosen by chance.
   * @throws AccessError when the guard cannot record, or not on these ports.
   */
  begin(
    request: { readonly userId: number; readonly callId: number },
    ports: readonly number[] | 'any',
  ): Promise<PairingWindow>;
}

export interface PairingParts {
  readonly firewall: Firewall;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly window: Seconds;
  /** Whether an IPv6 caller is let in as the single address or as its /64. */
  readonly ipv6: 'address' | 'network';
}

const lookEvery: Seconds = 0.5;
/** A second candidate, if there is one, shows itself within this of the first. */
const settling: Seconds = 1.5;
/** Nobody can have heard the prompt by then: whoever comes earlier comes for another reason. */
const tooEarly: Seconds = 2.5;
/**
 * The numbers of a knock code are no news, and somebody who overheard them may try them
 * day and night: the traveller gets time to come as well, and two are offered to nobody.
 */
const knownPortsPatience: Seconds = 30;
/** Of how many networks other ports may have been tried before everybody is suspect. */
const mostStrayNetworks = 1;

export function createPairing(parts: PairingParts): Pairing {
  const { firewall, audit, clock, timer, window, ipv6 } = parts;

  return {
    async begin({ userId, callId }, ports) {
      const recording = await firewall.record(ports, window);
      const note = (kind: 'pairing-began' | 'pairing-ended', detail: Record<string, string>) =>
        audit.append({ at: clock.now(), actor: `call:${callId}`, kind, userId, callId, detail });
      try {
        await note('pairing-began', { ports: ports === 'any' ? 'spoken' : 'knock-code' });
      } catch (error) {
        await recording.stop();
        throw error;
      }
      let ended = false;
      const notBefore = ports === 'any' ? 0 : knownPortsPatience;
      const { verdict, cancel } = watch(recording, timer, window, notBefore);
      const found = verdict.then((v) =>
        v.kind === 'found' && ipv6 === 'network'
          ? { ...v, addresses: v.addresses.map(sixtyFourOf) }
          : v,
      );
      return {
        ports: recording.ports,
        verdict: found,
        async stop() {
          if (ended) return;
          ended = true;
          cancel();
          await recording.stop();
          const { kind } = await found;
          // what was found is on record with the opening; this is for the auditor's order only
          await note('pairing-ended', { verdict: kind }).catch(() => undefined);
        },
      };
    },
  };
}

/** Looks at the recording again and again until there is a verdict. */
function watch(
  recording: Recording,
  timer: Timer,
  window: Seconds,
  notBefore: Seconds,
): { verdict: Promise<PairingVerdict>; cancel: () => void } {
  let settle: (verdict: PairingVerdict) => void = () => undefined;
  const verdict = new Promise<PairingVerdict>((resolve) => (settle = resolve));
  const early = new Set<Address>();
  let elapsed: Seconds = 0;
  let steadyFor: Seconds = 0;
  let last: PairingVerdict = { kind: 'none' };
  let next: { cancel(): void } | undefined;
  let over = false;

  async function look(): Promise<void> {
    // a recording that cannot be read has seen nobody
    const { sightings, strayNetworks } = await recording
      .seen()
      .catch(() => ({ sightings: [], strayNetworks: 0 }));
    if (over) return;
    if (strayNetworks > mostStrayNetworks) return end({ kind: 'several' });
    if (elapsed < tooEarly) for (const { address } of sightings) early.add(address);
    const now = judge(
      sightings.filter(({ address }) => !early.has(address)),
      recording.ports,
    );
    steadyFor = sameAddresses(now, last) ? steadyFor + lookEvery : 0;
    last = now;
    elapsed += lookEvery;
    const settled = now.kind === 'found' && steadyFor >= settling && elapsed >= notBefore;
    if (elapsed >= window || settled) return end(now);
    next = timer(lookEvery, () => void look());
  }

  function end(result: PairingVerdict): void {
    over = true;
    next?.cancel();
    settle(result);
  }

  void look();
  return { verdict, cancel: () => (over ? undefined : end({ kind: 'none' })) };
}

/**
 * Who may be offered. Of each family at most one, for a browser may try both. Where
 * several came, those that came but once (a forged sender cannot know that it should
 * come again) stand back; if that leaves more than one, nobody of the family is offered.
 */
export function judge(seen: readonly Sighting[], ports: readonly number[]): PairingVerdict {
  const candidates = seen.filter(
    ({ sweeper, ports: tried }) => !sweeper && ports.every((port) => tried.includes(port)),
  );
  const addresses: Address[] = [];
  for (const family of [6, 4] as const) {
    const all = candidates.filter(({ address }) => familyOf(address) === family);
    const returned = all.filter(({ packets }) => packets >= 2);
    const [one, ...others] = all.length > 1 ? returned : all;
    if (one && others.length === 0) addresses.push(one.address);
  }
  if (addresses.length > 0) return { kind: 'found', addresses };
  return { kind: candidates.length > 0 ? 'several' : 'none' };
}

function sameAddresses(one: PairingVerdict, other: PairingVerdict): boolean {
  return (
    one.kind === 'found' &&
    other.kind === 'found' &&
    one.addresses.join(' ') === other.addresses.join(' ')
  );
}
