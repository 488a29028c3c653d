import { Command } from 'commander';
import { AccessError } from '../domain/access-error.ts';
import type { Seconds } from '../domain/time.ts';
import type { Items, StatusAnswer } from '../http/answers.ts';
import type { RestClient } from '../http/client.ts';
import type { CatalogueAnswer, EntryAnswer, NamedAddressAnswer } from '../http/entry-answers.ts';
import type { Asked } from './doings.ts';
import { durationOf, hostSettings, withHostOptions, type HostOptions } from './host-options.ts';
import { aboutHost, hostTable, isStale, type Reverse } from './host-words.ts';
import { everyItem } from './pages.ts';
import { printable, table, when } from './table.ts';

type Json = { readonly json?: boolean };
type Added = HostOptions & Json & { readonly fromCatalogue?: string };
type Listed = Json & { readonly stale?: Seconds | true; readonly reverse?: boolean };

/** Older entries without an end are worth a look. */
const staleAfter: Seconds = 365 * 86_400;

export function hostCommand(asked: Asked): Command {
  const { withRest, print } = asked;
  const hosts = new Command('host').description(
    'hosts, networks and names that are let in for good, or until a date',
  );

  withHostOptions(hosts.command('add [label] [target]'))
    .description('let in a host, a network (CIDR) or whatever a name means')
    .option('--from-catalogue <name>', 'one of the providers\' names that "host catalogue" lists')
    .option('--json', 'print JSON')
    .action(
      async (label: string | undefined, target: string | undefined, options: Added, command) => {
        const { fromCatalogue: name } = options;
        const wanted =
          name === undefined ? { label, target } : { label: label ?? name, target: name };
        if (wanted.label === undefined || wanted.target === undefined) {
          command.error('error: give a label and a target, such as: host add office 203.0.113.7');
        }
        if (name !== undefined && target !== undefined) {
          command.error('error: give a target or --from-catalogue, not both');
        }
        const settings = hostSettings(options, command);
        const [made, delay] = await withRest(async (rest) => {
          if (name !== undefined) await inCatalogue(rest, name);
          const source = name === undefined ? undefined : 'catalogue';
          const entry = await rest.post<EntryAnswer>('/v1/entries', {
            ...wanted,
            ...settings,
            source,
          });
          return [entry, await whyNotNow(rest)] as const;
        });
        if (options.json) return print(JSON.stringify(made));
        const until = made.expiresAt ? ` until ${when(made.expiresAt)}` : '';
        print(`${made.label}: ${made.target} is ${delay ? 'to be ' : ''}let in${until}.`);
        if (delay) print(delay);
        if (made.kind === 'name') {
          print(`What it means is looked up now: dialgate host show ${made.label}`);
        }
      },
    );

  withHostOptions(hosts.command('change <label>'))
    .description('change what is set for an entry; what is not named stays as it is')
    .option('--no-end', 'until it is removed')
    .option('--json', 'print JSON')
    .action(async (label: string, options: HostOptions & Json, command: Command) => {
      const changes = hostSettings(options, command);
      if (Object.values(changes).every((change) => change === undefined)) {
        command.error(
          'error: nothing is named that is to change; there is --service, --until, --for, --no-end, --note',
        );
      }
      const entry = await withRest((rest) => rest.patch<EntryAnswer>(entryPath(label), changes));
      print(options.json ? JSON.stringify(entry) : aboutHost(entry));
    });

  hosts
    .command('show <label>')
    .description('all that is known of an entry, and what its addresses are called')
    .option('--json', 'print JSON')
    .action(async (label: string, options: Json) => {
      const [entry, reverse] = await withRest(async (rest) => {
        const one = await rest.get<EntryAnswer>(entryPath(label));
        return [one, options.json ? [] : await namesOf(rest, one)] as const;
      });
      print(options.json ? JSON.stringify(entry) : aboutHost(entry, reverse));
    });

  hosts
    .command('list')
    .description('list all entries, and what each name means now')
    .option(
      '--stale [age]',
      'only what fails, and what is older than this (365d) and has no end',
      durationOf,
    )
    .option('--reverse', 'look up what the addresses are called')
    .option('--json', 'print JSON')
    .action(async ({ stale, reverse, json }: Listed) => {
      const [entries, called] = await withRest(async (rest) => {
        const all = await allEntries(rest);
        const age = stale === true ? staleAfter : stale;
        const shown = age === undefined ? all : all.filter((entry) => isStale(entry, age));
        return [shown, reverse && !json ? await allNames(rest, shown) : undefined] as const;
      });
      if (json) return print(JSON.stringify(entries));
      if (entries.length > 0) return print(hostTable(entries, called));
      print(
        stale === undefined
          ? 'There is no standing entry. Make one: dialgate host add LABEL TARGET'
          : 'No entry is stale.',
      );
    });

  hosts
    .command('remove <label>')
    .description('let it in no more, and cut its connections')
    .action(async (label: string) => {
      const [{ target }, delay] = await withRest(async (rest) => [
        await rest.delete<EntryAnswer>(entryPath(label)),
        await whyNotNow(rest),
      ]);
      print(`${label}: ${target} is ${delay ? 'to be ' : ''}let in no more.`);
      if (delay) print(delay);
    });

  hosts
    .command('catalogue')
    .description("names of SIP providers' servers: a starting point, to be checked")
    .option('--json', 'print JSON')
    .action(async (options: Json) => {
      const catalogue = await withRest((rest) => rest.get<CatalogueAnswer>('/v1/catalogue'));
      if (options.json) return print(JSON.stringify(catalogue));
      print(
        table(
          ['PROVIDER', 'NAME'],
          catalogue.items.flatMap(({ provider, names }) => names.map((name) => [provider, name])),
        ),
      );
      print(`As of ${catalogue.asOf}: ask your provider whether its name is still right, then:`);
      print('  dialgate host add --from-catalogue NAME');
    });

  return hosts;
}

const entryPath = (label: string): string => `/v1/entries/${encodeURIComponent(label)}`;

/** Why the gate will not follow at once; undefined when it will. */
async function whyNotNow(rest: RestClient): Promise<string | undefined> {
  const { calls, parts } = await rest.get<StatusAnswer>('/v1/status');
  if (calls === null) return 'No server runs: the gate follows when "dialgate serve" does.';
  if (parts.helper.ok) return undefined;
  return `The gate follows when the helper answers: ${printable(parts.helper.why ?? 'unknown')}`;
}

async function inCatalogue(rest: RestClient, name: string): Promise<void> {
  const { items } = await rest.get<CatalogueAnswer>('/v1/catalogue');
  if (items.some(({ names }) => names.includes(name))) return;
  throw new AccessError(
    'not-found',
    `The catalogue has no ${name}; "dialgate host catalogue" lists what it has. Any other name: dialgate host add LABEL NAME`,
  );
}

/** Oldest first. */
async function allEntries(rest: RestClient): Promise<EntryAnswer[]> {
  return (await everyItem<EntryAnswer>(rest, '/v1/entries')).toReversed();
}

async function namesOf(rest: RestClient, entry: EntryAnswer): Promise<NamedAddressAnswer[]> {
  if (entry.kind === 'network') return [];
  const { items } = await rest.get<Items<NamedAddressAnswer>>(`${entryPath(entry.label)}/names`);
  return [...items];
}

/** One after the other: a list is no reason to storm a DNS server. */
async function allNames(rest: RestClient, entries: readonly EntryAnswer[]): Promise<Reverse> {
  const called = new Map<string, readonly NamedAddressAnswer[]>();
  for (const entry of entries) called.set(entry.label, await namesOf(rest, entry));
  return called;
}
