import { Command } from 'commander';
import { AccessError } from '../domain/access-error.ts';
import { targetText } from '../domain/entry.ts';
import { isServiceName } from '../domain/service.ts';
import type { Items, ServiceAnswer } from '../http/answers.ts';
import type { RestClient } from '../http/client.ts';
import type { EntryAnswer } from '../http/entry-answers.ts';
import { mostServices } from '../http/user-settings.ts';
import { readList } from '../import/list/list.ts';
import { planFor, type Plan } from '../import/plan.ts';
import type { Reading } from '../import/reading.ts';
import { readTravelinMan } from '../import/travelin-man/travelin-man.ts';
import type { Asked } from './doings.ts';
import { applyPlan, type Applied } from './import-apply.ts';
import { readFile, whitelistFiles } from './import-files.ts';
import { progressOn } from './import-progress.ts';
import { appliedText, planText } from './import-words.ts';
import { untilInterrupted } from './interrupted.ts';
import { fitting, several } from './words.ts';
import { everyItem } from './pages.ts';

interface ImportOptions {
  readonly apply?: true;
  readonly json?: true;
  readonly services?: string[];
}

const service = fitting(
  isServiceName,
  'A service is named with small letters, digits and -, such as web.',
);

export function importCommand(asked: Asked): Command {
  const imports = new Command('import').description(
    'take over a whitelist: shows what would become of it, and adds it with --apply',
  );

  withImportOptions(
    imports.command('travelin-man'),
    'for those who had every port: these, instead of every service that is guarded',
  )
    .argument('[paths...]', 'files, or folders that have them; the whole host when left out')
    .description("read the whitelist of Travelin' Man and Incredible PBX")
    .option('--knocks', 'addresses that PortKnocker let in, too')
    .action(async (paths: string[], options: ImportOptions & { knocks?: true }) => {
      const files = whitelistFiles(paths.length > 0 ? paths : ['/']);
      const reading = readTravelinMan(files, { knocks: options.knocks ?? false });
      await carryOut(asked, reading, 'import:travelin-man', options);
    });

  withImportOptions(
    imports.command('list'),
    'for those whose line names none: these, instead of the usual ones',
  )
    .argument('<file>', 'an address, network or name a line, or CSV; - for standard input')
    .description('read a plain list, or CSV with the columns label, target, services, until, note')
    .action(async (file: string, options: ImportOptions) => {
      await carryOut(asked, readList(readFile(file)), 'import:list', options);
    });

  return imports;
}

function withImportOptions(command: Command, whose: string): Command {
  return command
    .option('--apply', 'add what the plan says; without it nothing is changed')
    .option('--services <name...>', whose, several(service, mostServices))
    .option('--json', 'print JSON');
}

async function carryOut(
  { withRest, print }: Asked,
  reading: Reading,
  source: string,
  { apply, json, services: whole }: ImportOptions,
): Promise<void> {
  const { plan, result } = await withRest(async (rest) => {
    const site = await siteOf(rest);
    checkNames(whole, site.services);
    const plan = planFor(reading, { ...site, whole, now: Date.now() });
    return { plan, result: apply ? await applied(rest, plan, source) : undefined };
  });
  if (json) print(JSON.stringify({ ...jsonOf(plan), ...(result && { result }) }));
  else {
    print(planText(plan));
    print(result ? appliedText(result) : 'Nothing is changed. Add --apply to do so.');
  }
  if (result && (result.failed.length > 0 || result.stopped !== null)) {
    throw new AccessError('internal', 'Not everything could be added.');
  }
}

async function applied(rest: RestClient, plan: Plan, source: string): Promise<Applied> {
  const { signal: stop, release } = untilInterrupted();
  try {
    return await applyPlan(plan, { rest, source, stop, progress: progressOn(process.stderr) });
  } finally {
    release();
  }
}

async function siteOf(rest: RestClient): Promise<{
  services: readonly ServiceAnswer[];
  existing: readonly { label: string; target: string }[];
}> {
  const existing = await everyItem<EntryAnswer>(rest, '/v1/entries');
  return { services: (await rest.get<Items<ServiceAnswer>>('/v1/services')).items, existing };
}

function checkNames(wanted: readonly string[] | undefined, known: readonly ServiceAnswer[]): void {
  const names = known.map(({ name }) => name);
  const odd = wanted?.find((name) => !names.includes(name));
  if (odd === undefined) return;
  throw new AccessError('invalid', `There is no service ${odd}; there is ${names.join(', ')}.`);
}

/** As the API writes times. */
function jsonOf({ entries, present, skipped, left }: Plan): object {
  const shown = (rows: Plan['entries']): object =>
    rows.map((row) => ({
      ...row,
      target: targetText(row.target),
      until: row.until === null ? null : new Date(row.until).toISOString(),
    }));
  return { entries: shown(entries), present: shown(present), skipped, left };
}
