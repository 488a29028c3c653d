import type { RunningAsterisk } from './asterisk/run.ts';
import type { SippCall } from './asterisk/sipp.ts';
import type { CallPlan } from './asterisk/sipp-scenario.ts';
import type { Caller, PhoneLine } from './call.ts';
import type { PlaceInside } from './inside/place.ts';
import type { ConfigChanges, Product } from './product.ts';
import type { Place } from './record.ts';
import type { Service } from './service.ts';

export interface LabOptions {
  /** On loopback, without namespaces and without a firewall: where the kernel refuses these. */
  readonly dryRun?: boolean;
  /** Laid over dialgate.yaml and helper.json. */
  readonly config?: ConfigChanges;
  readonly helperConfig?: ConfigChanges;
  /** The first user; default `ana`. */
  readonly userName?: string;
  /** Told of each thing that has been made. */
  readonly progress?: (what: string) => void;
}

export interface LabUser {
  readonly name: string;
  readonly knockCode: string;
  readonly pin: string;
}

export interface RestAnswer {
  readonly status: number;
  // whoever asks knows what comes
  readonly body: any;
}

/** The whole house with real parts, on a network of its own. */
export interface Lab {
  readonly id: string;
  readonly folder: string;
  /** Every log file is here. */
  readonly logs: string;
  readonly dryRun: boolean;
  readonly product: Product;
  readonly user: LabUser;
  /** An administrator's bearer token. */
  readonly token: string;
  readonly server: string;
  readonly line: PhoneLine;
  readonly serve: Service;
  /** Not started in a dry run. */
  readonly helper: Service;
  readonly asterisk: RunningAsterisk;
  readonly places: Readonly<Record<Place, PlaceInside>>;
  /** For a command that shall run at a place. */
  at(place: Place): readonly string[];
  /** By SIPp, from the carrier. */
  call(plan: CallPlan, who?: Caller): SippCall;
  rest(method: string, path: string, body?: unknown): Promise<RestAnswer>;
  /** A command of the CLI; what it printed. */
  cli(...words: readonly string[]): Promise<string>;
  addUser(name: string): Promise<LabUser>;
  startAsterisk(): Promise<void>;
  /** Ends and removes everything. Never rejects twice; safe to call at any time. */
  stop(): Promise<void>;
}

/** The extension that is phoned: a number that is nobody's. */
export const extension = '5550142';
