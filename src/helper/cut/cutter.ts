import { contains, parseCidr } from '../config/cidr.ts';
import type { HelperConfig } from '../config/config.ts';
import { reasonOf, type Log } from '../log.ts';
import { Turns } from '../turns.ts';
import { cutFlow, listFlows, type Flow } from './flows.ts';
import type { Due, Leaves } from './leaves.ts';
import { ways } from './ways.ts';

export interface CutterParts {
  readonly config: HelperConfig;
  readonly conntrack: string;
  readonly leaves: Leaves;
  /** Keeps the server from taking up again what is cut; before and after it. */
  readonly shut: (dues: readonly Due[]) => Promise<void>;
  readonly forget: (addresses: readonly string[]) => Promise<void>;
  readonly log: Log;
}

/** Node's timers hold no more. Milliseconds. */
const longestTimer = 2 ** 31 - 1;
const afterFailure = 1000;
/** A packet that was on its way while we cut may have made the connection anew: we look again. */
const mostRounds = 3;
/** Addresses in a line of the log. */
const mostNamed = 16;

/** Cuts connections when their time is up, whoever ended it. */
export class Cutter {
  readonly #parts: CutterParts;
  readonly #turns = new Turns();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: CutterParts) {
    this.#parts = parts;
  }

  /** Cuts what is due now. Never rejects: what cannot be cut is said, and tried again. */
  cut(): Promise<void> {
    return this.#turns.take(async () => {
      const dues = this.#parts.leaves.due(performance.now());
      if (dues.length > 0) await this.#cut(dues).catch((error: unknown) => this.#failed(error));
      else this.#wait();
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #cut(dues: readonly Due[]): Promise<void> {
    const { leaves, shut, forget, log } = this.#parts;
    await shut(dues.filter((due) => this.#isOver(due)));
    let cut = 0;
    const touched = new Set<string>();
    for (let round = 0; round < mostRounds; round++) {
      const found = await this.#flowsOf(dues);
      if (found.length === 0) break;
      for (const { flow, due } of found) {
        // opened again meanwhile
        if (!this.#isOver({ ...due, address: flow.host })) continue;
        await cutFlow(this.#parts.conntrack, flow);
        touched.add(due.address);
      }
      cut += found.length;
    }
    if (cut > 0) log('cut', { addresses: [...touched].slice(0, mostNamed), connections: cut });
    await forget(leaves.done(dues, performance.now()));
    this.#wait();
  }

  async #flowsOf(dues: readonly Due[]): Promise<{ flow: Flow; due: Due }[]> {
    const { config, conntrack } = this.#parts;
    const byHost = new Map<string, Due[]>();
    for (const due of dues) byHost.set(due.address, [...(byHost.get(due.address) ?? []), due]);
    const flows = await listFlows(conntrack);
    return flows.flatMap((flow) => {
      const { protocol, port, host } = flow;
      const service = config.services.find(({ ports }) =>
        ports.some((p) => p.protocol === protocol && p.first <= port && port <= p.last),
      )?.name;
      const due = ways(host)
        .flatMap((address) => byHost.get(address) ?? [])
        .find((one) => one.service === service);
      return due && this.#isOver({ ...due, address: host }) ? [{ flow, due }] : [];
    });
  }

  /** Whether nothing lets the address, or where it lies, use the service any more. */
  #isOver({ address, service }: Due): boolean {
    const { leaves, config } = this.#parts;
    const now = performance.now();
    if (ways(address).some((one) => leaves.covers(one, service, now))) return false;
    const its = parseCidr(address);
    return !its || !config.trusted.some((network) => contains(network, its));
  }

  #failed(error: unknown): void {
    this.#parts.log('cut-failed', {
      message: `Connections whose time is up may still stand: ${reasonOf(error)}`,
    });
    this.#wait(afterFailure);
  }

  #wait(least = 0): void {
    clearTimeout(this.#timer);
    const next = this.#parts.leaves.next();
    if (next === undefined || this.#stopped) return;
    const pause = Math.min(Math.max(next - performance.now(), least), longestTimer);
    // a little late rather than a little early, when the kernel still lets it in
    this.#timer = setTimeout(() => void this.cut(), Math.ceil(pause) + 5).unref();
  }
}
