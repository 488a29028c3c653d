import { contains, parseCidr } from '../config/cidr.ts';
import type { HelperConfig } from '../config/config.ts';
import { reasonOf, type Log } from '../log.ts';
import { Turns } from '../turns.ts';
import { cutFlow, listFlows, type Flow } from './flows.ts';
import type { Due, Leaves } from './leaves.ts';
import { hostsOf, type Gone, type StandingLeaves } from './standing-leaves.ts';
import { ways } from './ways.ts';

export interface CutterParts {
  readonly config: HelperConfig;
  readonly conntrack: string;
  readonly leaves: Leaves;
  readonly standing: StandingLeaves;
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
/** Of more entries that go at once, only those that have connections are kept from being taken up again. */
const mostShut = 1000;

/** A connection that is to be cut; `known` where its host was named by what has ended. */
interface Found {
  readonly flow: Flow;
  readonly service: string;
  readonly address: string;
  readonly known: boolean;
}

/** Cuts connections when their time is up, whoever ended it. */
export class Cutter {
  readonly #parts: CutterParts;
  readonly #turns = new Turns();
  #timer: NodeJS.Timeout | undefined;
  #begun = false;
  #stopped = false;

  constructor(parts: CutterParts) {
    this.#parts = parts;
  }

  /** Nobody is cut before: it must be known who is in. */
  begin(): void {
    this.#begun = true;
    void this.cut();
  }

  /** Cuts what is due now. Never rejects: what cannot be cut is said, and tried again. */
  cut(): Promise<void> {
    return this.#turns.take(async () => {
      if (!this.#begun) return;
      const { leaves, standing } = this.#parts;
      const [dues, gone] = [leaves.due(performance.now()), standing.due()];
      if (dues.length + gone.length === 0) this.#wait();
      else await this.#cut(dues, gone).catch((error: unknown) => this.#failed(error));
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #cut(dues: readonly Due[], gone: readonly Gone[]): Promise<void> {
    const { leaves, standing, shut, forget, log } = this.#parts;
    const named = hostsOf(gone, mostShut);
    await shut([...dues, ...named].filter((due) => this.#isOver(due)));
    let cut = 0;
    const touched = new Set<string>();
    for (let round = 0; round < mostRounds; round++) {
      const found = await this.#flowsOf(dues, gone);
      if (found.length === 0) break;
      const unknown = found.filter(({ known }) => !known);
      await shut(unknown.map(({ flow, service }) => ({ address: flow.host, service })));
      for (const { flow, service, address } of found) {
        // opened again meanwhile
        if (!this.#isOver({ service, address: flow.host })) continue;
        await cutFlow(this.#parts.conntrack, flow);
        touched.add(address);
      }
      cut += found.length;
    }
    if (cut > 0) log('cut', { addresses: [...touched].slice(0, mostNamed), connections: cut });
    await forget(leaves.done(dues, performance.now()));
    standing.done(gone);
    this.#wait();
  }

  async #flowsOf(dues: readonly Due[], gone: readonly Gone[]): Promise<Found[]> {
    const byHost = new Map<string, Due[]>();
    for (const due of dues) byHost.set(due.address, [...(byHost.get(due.address) ?? []), due]);
    const flows = await listFlows(
      this.#parts.conntrack,
      (protocol, port) => this.#serviceAt(protocol, port) !== undefined,
    );
    return flows.flatMap((flow) => {
      const { host } = flow;
      const service = this.#serviceAt(flow.protocol, flow.port);
      if (service === undefined) return [];
      const due = ways(host)
        .flatMap((address) => byHost.get(address) ?? [])
        .find((one) => one.service === service);
      const stood = gone.some(({ lookUp }) => lookUp.endOf(host, service) !== undefined);
      if (!due && !stood) return [];
      if (!this.#isOver({ service, address: host })) return [];
      return [{ flow, service, address: due?.address ?? host, known: due !== undefined }];
    });
  }

  #serviceAt(protocol: Flow['protocol'], port: number): string | undefined {
    return this.#parts.config.services.find(({ ports }) =>
      ports.some((p) => p.protocol === protocol && p.first <= port && port <= p.last),
    )?.name;
  }

  /** Whether nothing lets the address, or where it lies, use the service any more. */
  #isOver({ address, service }: Due): boolean {
    const { leaves, standing, config } = this.#parts;
    const now = performance.now();
    if (standing.covers(address, service)) return false;
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
    const { leaves, standing } = this.#parts;
    const next = earlier(leaves.next(), standing.next());
    if (next === undefined || this.#stopped) return;
    const pause = Math.min(Math.max(next - performance.now(), least), longestTimer);
    // a little late rather than a little early, when the kernel still lets it in
    this.#timer = setTimeout(() => void this.cut(), Math.ceil(pause) + 5).unref();
  }
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
