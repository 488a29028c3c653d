import { Command } from 'commander';
import { AccessError } from '../domain/access-error.ts';
import type { OpennessAnswer } from '../http/openness-answer.ts';
import type { Asked } from './doings.ts';
import { brief, printable, secondsLeft, table, when } from './table.ts';

export function isOpenCommand({ withRest, print }: Asked): Command {
  return new Command('is-open')
    .argument('<address>', 'an IPv4 or IPv6 host, or the /64 of an IPv6 host')
    .description(
      'whether an address is let in, by what, to what and until when; the exit status is 0 when a grant or an entry lets it in',
    )
    .option('--json', 'print JSON')
    .action(async (address: string, options: { json?: boolean }) => {
      const openness = await withRest((rest) =>
        rest.get<OpennessAnswer>(`/v1/addresses/${encodeURIComponent(address)}`),
      );
      print(options.json ? JSON.stringify(openness) : told(openness));
      if (openness.open) return;
      throw new AccessError(
        'not-found',
        `No grant and no entry lets ${openness.address} in. Networks that helper.json trusts pass all the same.`,
      );
    });
}

function told({
  address,
  open,
  services,
  grants,
  entries,
  gate,
  warnings,
}: OpennessAnswer): string {
  return [
    open
      ? `${address} is let in to ${services.map(reach).join(', ')}.`
      : `${address} is not let in by anything that dialgate knows.`,
    ...(grants.length + entries.length === 0
      ? []
      : [
          table(
            ['BY', 'AS', 'SERVICES', 'UNTIL', 'STATE'],
            [
              ...grants.map((one) => [
                `grant ${one.id} of ${one.userName}`,
                one.address,
                one.services.join(' '),
                untilText(one.expiresAt),
                'open',
              ]),
              ...entries.map((one) => [
                `entry ${one.label}`,
                one.target,
                one.services.join(' '),
                untilText(one.expiresAt),
                one.refused === null ? 'open' : `refused: ${one.refused}`,
              ]),
            ],
          ),
        ]),
    ...(gate.ok
      ? []
      : [printable(`This is what the record says; the gate itself cannot be asked: ${gate.why}`)]),
    ...warnings.map(printable),
  ].join('\n');
}

const reach = ({ service, until }: OpennessAnswer['services'][number]): string =>
  `${service} ${until === null ? 'without end' : `until ${when(until)}`}`;

const untilText = (iso: string | null): string =>
  iso === null ? 'no end' : `${when(iso)} (${brief(secondsLeft(iso))})`;
