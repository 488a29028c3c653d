import { dirname, join, resolve } from 'node:path';
import { userInfo } from 'node:os';
import type { DoctorFinding } from '../cli/doings.ts';
import { examine, type AppReport, type FailingName } from '../doctor/doctor.ts';
import { run } from '../doctor/program.ts';
import { HelperClient } from '../firewall/helper-client.ts';
import type { Items, StatusAnswer } from '../http/answers.ts';
import { createClient, type RestClient } from '../http/client.ts';
import type { EntryAnswer } from '../http/entry-answers.ts';
import { readConfig, type Config } from './config.ts';

/** Where the helper's configuration usually lies: beside the server's. */
export const helperConfigBeside = (config: string): string =>
  join(dirname(resolve(config)), 'helper.json');

const usualSockets = {
  helper: '/run/dialgate-helper/helper.sock',
  admin: '/run/dialgate/admin.sock',
};

/** Looks at this host; works without a server, without a helper, and without a configuration. */
export function doctor(
  file: string,
  helperConfig: string | undefined,
): Promise<readonly DoctorFinding[]> {
  const read = configOf(file);
  const config = 'fault' in read ? undefined : read;
  const firewall = config?.firewall;
  const rest = createClient(
    {
      socketPath: config?.http.admin_socket ?? usualSockets.admin,
      cliUser: userInfo().username,
    },
    { deadline: 10 },
  );
  return examine({
    run,
    helperConfig: helperConfig ?? helperConfigBeside(file),
    configFault: 'fault' in read ? read.fault : undefined,
    dryRun: firewall?.kind === 'dry-run',
    async helper() {
      const socket = firewall?.kind === 'helper' ? firewall.socket : usualSockets.helper;
      const helper = new HelperClient({ socket });
      try {
        return await helper.limits();
      } finally {
        helper.stop();
      }
    },
    app: () => appReport(rest),
  });
}

function configOf(file: string): Config | { readonly fault: string } {
  try {
    return readConfig(file);
  } catch (error) {
    return { fault: (error as Error).message };
  }
}

async function appReport(rest: RestClient): Promise<AppReport> {
  const { parts } = await rest.get<StatusAnswer>('/v1/status');
  const entries = await entriesOf(rest);
  return {
    unwell: Object.entries(parts).flatMap(([part, { ok, why }]) =>
      ok ? [] : [{ part, why: why ?? 'unknown' }],
    ),
    failingNames: entries.flatMap(failingName),
    refusedEntries: entries.flatMap(({ label, refused }) =>
      refused === null ? [] : [{ label, why: refused }],
    ),
  };
}

function failingName({ label, target: name, resolution }: EntryAnswer): FailingName[] {
  const since = resolution?.failingSince;
  return since ? [{ label, name, since, why: resolution.failure ?? 'no reason is known' }] : [];
}

/** Entries in a page, and pages: more than this nobody reads. */
const pageSize = 500;
const mostPages = 20;

async function entriesOf(rest: RestClient): Promise<EntryAnswer[]> {
  const entries: EntryAnswer[] = [];
  let cursor = '';
  for (let pages = 0; pages < mostPages; pages++) {
    const { items, next } = await rest.get<Items<EntryAnswer>>(
      `/v1/entries?limit=${pageSize}${cursor}`,
    );
    entries.push(...items);
    if (next === null) break;
    cursor = `&cursor=${next}`;
  }
  return entries;
}
