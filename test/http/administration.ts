import { createAdministration, type Administration } from '../../src/access/administration.ts';
import type { AdministrationParts } from '../../src/access/administration.ts';
import { createEntries } from '../../src/access/entries.ts';
import { createGate } from '../../src/access/gate.ts';
import { createLockouts } from '../../src/access/lockouts.ts';
import { createSecondFactors } from '../../src/access/second-factors.ts';
import { createSecrets } from '../../src/access/secrets.ts';
import { parseNetwork, type Network } from '../../src/domain/address.ts';
import type { Firewall, FirewallLimits, Names } from '../../src/domain/ports.ts';
import { noticesOf } from '../fakes/notices.ts';
import { systemTimer, type Timer } from '../../src/domain/time.ts';
import { recordOf } from '../fakes/record.ts';
import { createFakeNames } from '../fakes/names.ts';
import { runningConfiguration } from './configuration.ts';
import { DryRunFirewall } from '../../src/firewall/dry-run.ts';

type Given = Pick<AdministrationParts, 'stores' | 'clock' | 'health' | 'admission'> & {
  /** Ports and purposes, as the helper would tell. */
  readonly details?: FirewallLimits['details'];
  /** Without any, no name is known. */
  readonly names?: Names;
  /** A dry run unless said otherwise. */
  readonly firewall?: Firewall;
  readonly configuration?: () => unknown;
  readonly timer?: Timer;
  /** True unless said otherwise. */
  readonly callsBack?: boolean;
  /** Networks that may be let in besides public ones: every one unless said otherwise. */
  readonly alsoAllowed?: readonly string[];
};

const lockout = { forgiven: 2, first: 60, longest: 900, memory: 86_400 };

/** The real rules over any stores. */
export function administrationOn(given: Given): Administration {
  const { stores, clock, alsoAllowed = ['0.0.0.0/0', '::/0'] } = given;
  const addresses = () => ({ own: [], alsoAllowed: alsoAllowed.map(network) });
  const firewall =
    given.firewall ??
    new DryRunFirewall(
      {
        services: ['web', 'sip'],
        longest: 43_200,
        mostAddresses: 100,
        networks: true,
        standing: { most: 100, widest4: 16, widest6: 32 },
        ...(given.details && { details: given.details }),
      },
      clock,
      () => undefined,
    );
  const gate = createGate({
    stores,
    firewall,
    clock,
    steady: () => performance.now(),
    rules: {
      services: ['web'],
      openFor: 14_400,
      longest: 43_200,
      mostOpen: 3,
      addresses,
    },
  });
  const secrets = createSecrets(Buffer.alloc(32, 7));
  return createAdministration({
    ...given,
    ...recordOf(stores, clock),
    ...noticesOf({ stores, gate, clock }),
    gate,
    entries: createEntries({
      store: stores.entries,
      firewall,
      clock,
      rules: { services: ['web'], most: 100, addresses },
    }),
    names: given.names ?? createFakeNames(),
    firewall,
    secrets,
    lockouts: createLockouts({
      stores,
      clock,
      rules: { userLockout: lockout, callerLockout: lockout, strangersLockout: lockout },
    }),
    secondFactors: createSecondFactors({ stores, secrets, clock, issuer: 'gate.example' }),
    dialling: { international: '00', trunk: '0', country: '49' },
    languages: () => ['en', 'es'],
    usualServices: ['web'],
    sessionIdle: 1800,
    timer: given.timer ?? systemTimer,
    callsBack: given.callsBack ?? true,
    configuration: given.configuration ?? (() => runningConfiguration),
  });
}

function network(text: string): Network {
  const parsed = parseNetwork(text);
  if (!parsed) throw new Error(`${text} is no network`);
  return parsed;
}
