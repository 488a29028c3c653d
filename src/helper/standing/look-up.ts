import { familyOf, hostText, isNetwork, readNetwork } from '../../firewall/wire-network.ts';
import { readLine } from '../../firewall/wire-standing.ts';

/** Finds, in a list in order, the entries that a host or a network lies in. */
export class LookUp {
  readonly #lines: readonly string[];
  /** The lengths of prefixes that occur, so that no others are looked for. */
  readonly #prefixes: Readonly<Record<4 | 6, readonly number[]>>;
  #networks64: ReadonlySet<string> | undefined;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
    const prefixes = { 4: new Set<number>(), 6: new Set<number>() };
    for (const line of lines) {
      const slash = line.indexOf('/');
      if (slash < 0) continue;
      prefixes[familyOf(line)].add(Number(line.slice(slash + 1, line.indexOf(' ', slash))));
    }
    this.#prefixes = { 4: [...prefixes[4]], 6: [...prefixes[6]] };
  }

  /**
   * Until when the service is open to it by the longest of its entries, in Unix seconds
   * and 0 for good; undefined when no entry says so.
   */
  endOf(target: string, service: string): number | undefined {
    let latest: number | undefined;
    for (const one of this.#around(target)) {
      for (let at = this.#startOf(one); isOf(one, this.#lines[at]); at++) {
        const { services, until } = readLine(this.#lines[at] ?? '');
        if (!services.includes(service)) continue;
        if (until === 0) return 0;
        latest = Math.max(latest ?? until, until);
      }
    }
    return latest;
  }

  /** Whether an entry, for whichever service, lies in this IPv6 network of 64 bits. */
  reachesInto(network: string): boolean {
    this.#networks64 ??= new Set(
      this.#lines
        .filter((line) => line.includes(':'))
        .map((line) => masked(line.slice(0, line.indexOf(' ')), 64) ?? ''),
    );
    return this.#networks64.has(network);
  }

  /** Itself, and each network that there may be around it. */
  *#around(target: string): Generator<string> {
    yield target;
    const family = familyOf(target);
    const narrowest = isNetwork(target) ? Number(target.slice(target.indexOf('/') + 1)) - 1 : 128;
    for (const prefix of this.#prefixes[family]) {
      const network = prefix <= narrowest ? masked(target, prefix) : undefined;
      if (network !== undefined) yield network;
    }
  }

  /** The place of the first line that does not come before those of the target. */
  #startOf(target: string): number {
    const text = `${target} `;
    let [from, to] = [0, this.#lines.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#lines[middle] ?? '') < text) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

const isOf = (target: string, line: string | undefined): boolean =>
  line !== undefined && line.startsWith(target) && line[target.length] === ' ';

/** The network with a prefix of that length that a host or a network begins in. */
function masked(target: string, prefix: number): string | undefined {
  const family = familyOf(target);
  const width = family === 4 ? 32 : 128;
  const read = readNetwork(isNetwork(target) ? target : `${target}/${width}`);
  if (!read) return undefined;
  const rest = BigInt(width - prefix);
  return `${hostText((read.first >> rest) << rest, family)}/${prefix}`;
}
