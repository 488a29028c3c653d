import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, vi } from 'vitest';
import type { AdmissionCounts } from '../../src/access/admission.ts';
import { run } from '../../src/cli/program.ts';
import type { Stores } from '../../src/domain/ports.ts';
import { systemClock } from '../../src/domain/time.ts';
import { createHttp } from '../../src/http/app.ts';
import { createClient } from '../../src/http/client.ts';
import { listenUnix, type Listening } from '../../src/http/listen.ts';
import { createMemoryStores } from '../fakes/stores.ts';
import { administrationOn } from '../http/administration.ts';

/** The commands against the real API on a real socket. */
interface Place {
  readonly folder: string;
  readonly stores: Stores;
  readonly door: Listening;
  readonly printed: string[];
  complaints: string;
  /** What the server says of itself; to be changed by a test. */
  helper: { ok: boolean; why?: string };
  admission: AdmissionCounts | undefined;
}

let place: Place;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-cli-'));
  const stores = createMemoryStores();
  const ok = { ok: true };
  const rules = administrationOn({
    stores,
    clock: systemClock,
    admission: () => place.admission,
    health: async () => ({
      ok: place.helper.ok,
      parts: { asterisk: ok, helper: place.helper, database: ok },
      version: '0.0.0',
    }),
  });
  const app = createHttp({
    rules,
    log: pino({ level: 'silent' }),
    now: Date.now,
    door: 'admin-socket',
  });
  const door = await listenUnix(app, join(folder, 'admin.sock'), 0o600);
  place = {
    folder,
    stores,
    door,
    printed: [],
    complaints: '',
    helper: { ok: true },
    admission: undefined,
  };
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    place.complaints += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await place.door.close();
  rmSync(place.folder, { recursive: true });
});

export const dialgate = (...words: string[]): Promise<number> =>
  run(
    {
      version: '0.0.0',
      init: async () => ['made things'],
      serve: async () => undefined,
      checkConfig: async () => ['ok     all'],
      withRest: (_, work) => work(createClient({ socketPath: place.door.at, cliUser: 'root' })),
      print: (line) => void place.printed.push(line),
    },
    words,
  );

/** What was printed so far, and has not been taken as JSON. */
export const printed = (): string[] => place.printed;
export const complaints = (): string => place.complaints;
// whoever asks knows what was printed
export const json = (): any => JSON.parse(place.printed.pop() ?? '');
export const here = (): Place => place;
