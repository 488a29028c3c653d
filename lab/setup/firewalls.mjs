import { ensurePrograms } from './debian-packages.mjs';
import { ensureUnpacked } from './unpacked.mjs';

/** Firewall programs that tests put beside our own, unpacked: installed, they would take over this machine's. */
export async function ensureFirewalls() {
  await ensurePrograms(['iptables', 'python3', 'dbus-daemon'], 'to run other firewalls in tests');
  await ensureUnpacked('firewalls', ['ufw', 'firewalld'], { needs: true });
}
