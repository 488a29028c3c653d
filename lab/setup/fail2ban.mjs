import { ensurePrograms } from './debian-packages.mjs';
import { ensureUnpacked } from './unpacked.mjs';

/** Debian's fail2ban for the tests, unpacked: installed, it would begin to watch this machine and to ban. */
export async function ensureFail2ban() {
  await ensurePrograms(['python3'], 'to run fail2ban in tests');
  await ensureUnpacked('fail2ban', ['fail2ban']);
}
