import { addressFault, kindOf } from './wire-address.ts';
import type { WireError, WireErrorCode, WireLimits, WireOpening, WireService } from './wire.ts';

/** A request that asks for more than it may; `code` goes back to the sender. */
export class Refused extends Error implements WireError {
  override readonly name = 'Refused';
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Strangers' input in a message: printable, and not longer than is useful. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}

/** @throws Refused `bad-address`; see wire-address for what is one. */
export function checkAddress(address: string): void {
  const fault = addressFault(address);
  if (fault !== undefined) throw new Refused('bad-address', `${quote(address)} ${fault}.`);
}

/**
 * Every rule for one opening that can be checked without asking the kernel.
 *
 * @throws Refused `bad-address`, `bad-service` or `bad-duration`
 */
export function checkOpening(opening: WireOpening, limits: WireLimits): void {
  checkAddress(opening.address);
  if (kindOf(opening.address) === '6net' && !limits.networks) {
    throw new Refused('bad-address', `${quote(opening.address)} is a network: ${noNetworks}`);
  }
  if (opening.services.length === 0) {
    throw new Refused('bad-service', `Name at least one service for ${opening.address}.`);
  }
  const seen = new Set<string>();
  for (const wanted of opening.services) {
    checkService(wanted, limits);
    const { service } = wanted;
    if (seen.has(service)) throw new Refused('bad-service', `Service ${service} is named twice.`);
    seen.add(service);
  }
}

const noNetworks =
  'the helper opens single addresses only, unless its configuration (helper.json) says "networks": true.';

/** What the app should say when it is to open networks, and the helper will not; undefined when it will. */
export function networksFault({ networks }: Pick<WireLimits, 'networks'>): string | undefined {
  return networks ? undefined : `An IPv6 caller cannot be let in as a /64: ${noNetworks}`;
}

function checkService({ service, seconds }: WireService, limits: WireLimits): void {
  if (!limits.services.includes(service)) {
    throw new Refused(
      'bad-service',
      `There is no service ${quote(service)}; the helper knows ${limits.services.join(', ')}.`,
    );
  }
  if (!(seconds >= 1 && seconds <= limits.longest)) {
    throw new Refused(
      'bad-duration',
      `Service ${service} may be opened for 1 to ${limits.longest} seconds, not ${seconds}.`,
    );
  }
}

/**
 * A whole desired list, sorted into what may be opened and what may not, each with
 * its reason. A service that may not be opened takes no other with it.
 */
export function sortOpenings<O extends WireOpening>(
  openings: readonly O[],
  limits: WireLimits,
): { good: O[]; failed: { address: string; reason: string }[] } {
  const good = new Map<string, O>();
  const failed: { address: string; reason: string }[] = [];
  for (const whole of openings) {
    const opening = {
      ...whole,
      services: whole.services.filter((wanted) => {
        try {
          checkService(wanted, limits);
          return true;
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          failed.push({ address: whole.address.slice(0, 64), reason: error.message });
          return false;
        }
      }),
    };
    if (opening.services.length === 0 && whole.services.length > 0) continue;
    try {
      checkOpening(opening, limits);
      if (good.has(opening.address)) throw new Refused('malformed', 'The address is listed twice.');
      if (good.size >= limits.mostAddresses) throw tooMany(limits);
      good.set(opening.address, opening);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      failed.push({ address: opening.address.slice(0, 64), reason: error.message });
    }
  }
  return { good: [...good.values()], failed };
}

export function tooMany(limits: WireLimits): Refused {
  return new Refused(
    'too-many',
    `${limits.mostAddresses} addresses are open, which is the most that the helper allows.`,
  );
}

/** Most ports that a recording may be asked for, and its longest time in seconds. */
const mostPorts = 3;
const longestWindow = 120;

/**
 * Every rule for a recording that can be checked without asking the kernel. The
 * ports may be somebody's secret: no message repeats them.
 *
 * @throws Refused `bad-port` or `bad-duration`
 */
export function checkRecording(ports: readonly number[] | 'any', seconds: number): void {
  if (ports !== 'any') {
    const real = ports.every((port) => Number.isInteger(port) && port >= 1 && port <= 65_535);
    if (ports.length < 1 || ports.length > mostPorts || !real) {
      throw new Refused('bad-port', `Name 1 to ${mostPorts} ports, from 1 to 65535.`);
    }
    if (new Set(ports).size < ports.length) {
      throw new Refused('bad-port', 'A port is named twice.');
    }
  }
  if (!(seconds >= 1 && seconds <= longestWindow)) {
    throw new Refused(
      'bad-duration',
      `A recording lasts 1 to ${longestWindow} seconds, not ${seconds}.`,
    );
  }
}
