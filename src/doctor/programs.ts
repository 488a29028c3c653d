import type { BackendConfig } from '../helper/config/backend-config.ts';
import { bad, note, ok, warn, type Finding } from './finding.ts';
import type { Run } from './program.ts';

/** A program that something here is done with. */
interface Needed {
  readonly program: string;
  readonly option: string;
  readonly without: (mend: string) => Finding;
}

const needed = (kind: BackendConfig['kind']): Needed[] => [
  {
    program: 'nft',
    option: '--version',
    without: (mend) =>
      kind === 'ipset'
        ? note('nft is not installed; only recognising callers (pairing) needs it here.', mend)
        : bad('nft is not installed: the helper cannot work.', mend),
  },
  {
    program: 'conntrack',
    option: '--version',
    without: (mend) =>
      kind === 'guard'
        ? note('conntrack is not installed; the guard cuts connections without it.', mend)
        : warn('conntrack is not installed: closing leaves connections that stand.', mend),
  },
  {
    program: 'espeak-ng',
    option: '--version',
    without: (mend) => bad('espeak-ng is not installed: calls cannot be spoken to.', mend),
  },
  ...(kind === 'ipset'
    ? [
        {
          program: 'ipset',
          option: 'version',
          without: (mend: string) => bad('ipset is not installed: the helper cannot work.', mend),
        },
      ]
    : []),
];

const packages: Readonly<Record<string, string>> = { nft: 'nftables' };

/** Whether the programs are there that the helper and the server run. */
export async function programFindings(run: Run, kind: BackendConfig['kind']): Promise<Finding[]> {
  return Promise.all(
    needed(kind).map(async ({ program, option, without }) => {
      const outcome = await run(program, option);
      if (outcome.kind === 'absent') {
        return without(`Install the package ${packages[program] ?? program}.`);
      }
      return outcome.kind === 'done'
        ? ok(`${program} is there (${outcome.output.trim().split('\n')[0]?.slice(0, 60)}).`)
        : warn(`${program} does not run: ${outcome.why}.`, 'Run it by hand to see why.');
    }),
  );
}

/** A clock that is wrong ends grants early or late, and makes time-based codes useless. */
export async function clockFinding(run: Run): Promise<Finding> {
  const mend = 'Let something keep it right, such as systemd-timesyncd or chrony.';
  const systemd = await run('timedatectl', 'show', '--property=NTPSynchronized', '--value');
  if (systemd.kind === 'done') {
    return systemd.output.trim() === 'yes'
      ? ok('The clock is kept right by the network.')
      : warn('The clock is not synchronised: one-time codes may fail.', mend);
  }
  const chrony = await run('chronyc', '-n', 'tracking');
  if (chrony.kind === 'done' && !/Not synchronised/.test(chrony.output)) {
    return ok('The clock is kept right by chrony.');
  }
  return note(
    'Whether the clock is synchronised cannot be told (neither timedatectl nor chronyc says so).',
    mend,
  );
}
