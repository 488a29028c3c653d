import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureFail2ban } from './fail2ban.mjs';
import { ensureFirewalls } from './firewalls.mjs';
import { checkout, ready } from './ready.mjs';
import { runEntry } from './setup-error.mjs';

await runEntry(async () => {
  await ready({ also: ['dnsmasq', 'ipset', 'iptables', 'systemd-analyze', 'chromium'] });
  await ensureFail2ban();
  await ensureFirewalls();
  const vitest = join(checkout, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
    cwd: checkout,
    stdio: 'inherit',
  });
  // Ctrl-C reaches vitest by itself; we wait for it to tidy up
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.once('exit', (status) => resolve(status ?? 1));
  });
});
