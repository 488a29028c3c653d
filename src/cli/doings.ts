import type { RestClient } from '../http/client.ts';

export interface InitRequest {
  readonly config: string;
  /** Who shall run `dialgate serve`: a user's name or number. */
  readonly owner?: string | undefined;
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
  /** Runs work against the running server, or against the database where none runs. */
  withRest<T>(config: string, work: (rest: RestClient) => Promise<T>): Promise<T>;
  print(line: string): void;
}

/** What a command needs: the API, and somewhere to print. */
export interface Asked {
  withRest<T>(work: (rest: RestClient) => Promise<T>): Promise<T>;
  print(line: string): void;
}
