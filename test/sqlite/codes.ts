/**
 * A process that uses one-time codes: `node codes.js DATABASE MIGRATIONS USER CODES`.
 * Waits for a line on its input, tries the codes 0 to CODES − 1 of the user's sheet
 * and then as many steps, and prints how many were taken.
 */
import { once } from 'node:events';
import type { AuditEntry } from '../../src/domain/attempt.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { testSeal } from '../fixtures/record-seal.ts';

const [path = '', migrations = '', sheetOf = '0', codes = '0'] = process.argv.slice(2);
const { users, close } = createStores(openDatabase(path, { migrations }), testSeal);
const totpOf = Number(sheetOf) + 1;

const used = (detail: string): AuditEntry => ({
  at: 1,
  actor: 'system',
  kind: 'code-used',
  detail: { detail },
});

process.stdout.write('ready\n');
await once(process.stdin, 'data');
let taken = 0;
for (let i = 0; i < Number(codes); i += 1) {
  taken += Number(await users.useSheetCode(Number(sheetOf), `code ${i}`, used(`code ${i}`)));
  taken += Number(await users.useTotpStep(totpOf, i, used(`step ${i}`)));
}
close();
process.stdout.write(`${taken}\n`);
process.stdin.destroy();
