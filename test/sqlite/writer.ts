/**
 * A process that writes to the store: `node writer.js DATABASE MIGRATIONS NAME ROUNDS`.
 * Each round opens a grant and ends every second one. Prints "writing" once under way.
 */
import { parseAddress } from '../../src/domain/address.ts';
import type { AuditEntry } from '../../src/domain/attempt.ts';
import { usualSettings } from '../../src/domain/user.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { testSeal } from '../fixtures/record-seal.ts';

const [path = '', migrations = '', name = '', rounds = '0'] = process.argv.slice(2);
const stores = createStores(openDatabase(path, { migrations }), testSeal);
const address = parseAddress('203.0.113.7');
if (!address) throw new Error('the address is malformed');

const entry = (kind: AuditEntry['kind']): AuditEntry => ({ at: 1, actor: `cli:${name}`, kind });

const user = await stores.users.add(
  { ...usualSettings, name, createdAt: 1 },
  { knockCodeLookup: `lookup of ${name}`, pinHash: 'hash' },
  entry('user-created'),
);
for (let round = 0; round < Number(rounds); round += 1) {
  const grant = await stores.grants.add(
    { userId: user.id, address, services: ['web'], openedAt: 1, expiresAt: 2, callId: null },
    entry('gate-opened'),
  );
  if (round % 2 === 1) await stores.grants.end(grant.id, 2, 'closed', entry('gate-closed'));
  if (round === 20) process.stdout.write('writing\n');
}
stores.close();
