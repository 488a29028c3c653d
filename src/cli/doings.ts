import type { AuditSpan, Checkpoint, Verdict } from '../domain/audit.ts';
import type { AdminConnection } from '../domain/guard.ts';
import type { GuardControl } from '../domain/ports.ts';
import type { Follow, RestClient } from '../http/client.ts';

export interface InitRequest {
  readonly config: string;
  /** Who shall run `dialgate serve`: a user's name or number. */
  readonly owner?: string | undefined;
}

/** One thing that was seen on this host; `bad` keeps dialgate from doing what it is for. */
export interface DoctorFinding {
  readonly level: 'ok' | 'note' | 'warn' | 'bad';
  readonly what: string;
  /** What to do about it; null where nothing need be done. */
  readonly mend: string | null;
}

export interface Verified {
  readonly verdict: Verdict;
  /** Lines of the checkpoints that cannot be read. */
  readonly unreadable: number;
  /** How often the database was replaced by a backup, as the checkpoints tell. */
  readonly restorations?: readonly {
    readonly at: number;
    /** The last row that the backup had. */
    readonly through: number;
    /** Checkpoints of later rows, which tell of what the backup did not have. */
    readonly setAside: number;
  }[];
}

export interface BackupRequest {
  readonly file: string;
  /** Over a file that is there. */
  readonly force: boolean;
  /** With the key file beside it. */
  readonly withKey: boolean;
  /** How much of it is done, 0 to 1. */
  progress(part: number): void;
}

export interface RestoreRequest {
  readonly file: string;
  /** Though its record does not fit, or cannot be checked. */
  readonly unverified: boolean;
  progress(what: string, part: number): void;
}

/** Each tells what was done, in plain words. Rejections are AccessError. */
export interface BackupDoings {
  /** Copies the database, beside a server that runs or without one. */
  backup(request: BackupRequest): Promise<readonly string[]>;
  /** Puts a backup in the database's place, while no server runs. */
  restore(request: RestoreRequest): Promise<readonly string[]>;
}

/** The record, read from the disk. Rejections are AccessError. */
export interface AuditDoings {
  /** Where checkpoints are kept. */
  readonly checkpointFile: string;
  /** @param checkpoints a file of them. @param progress how far, and how far it goes. */
  verify(
    checkpoints: string | undefined,
    progress: (seq: number, of: number) => void,
  ): Promise<Verified>;
  /** Oldest first; the next piece is not read before the last one is written. */
  export(
    span: AuditSpan,
    format: 'ndjson' | 'csv',
    write: (text: string) => Promise<void>,
  ): Promise<void>;
  checkpoint(): Promise<Checkpoint>;
}

/** What the commands have done for them by the composition root. Rejections are AccessError. */
export interface Doings {
  readonly version: string;
  /** What was made and what is left to do, in plain words. */
  init(request: InitRequest): Promise<readonly string[]>;
  /** Runs until it is told to stop. */
  serve(config: string): Promise<void>;
  /** Findings in plain words; rejects when the configuration cannot be used. */
  checkConfig(config: string): Promise<readonly string[]>;
  /** Looks at this host. `helperConfig` is where helper.json is, when not beside the other. */
  doctor(config: string, helperConfig: string | undefined): Promise<readonly DoctorFinding[]>;
  /** Runs work against the running server, or against the database where none runs. */
  withRest<T>(config: string, work: (rest: RestClient) => Promise<T>): Promise<T>;
  /** The API of the running server alone, whether it answers now or not. */
  served(config: string): ServedApi;
  /** The configured database as a whole. */
  backups(config: string): BackupDoings;
  /** The record of the configured database. */
  audit(config: string): AuditDoings;
  /** The guard, at the named socket or where it usually is. */
  guard(config: string, socket: string | undefined): GuardControl;
  /** How the administrator came here, when by SSH. */
  sshConnection(): AdminConnection | null;
  print(line: string): void;
}

/** The API of a server that may go and come back. */
export interface ServedApi {
  readonly rest: RestClient;
  readonly follow: Follow;
}

/** What a command needs: the API, and somewhere to print. */
export interface Asked {
  withRest<T>(work: (rest: RestClient) => Promise<T>): Promise<T>;
  print(line: string): void;
}
