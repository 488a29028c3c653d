/** The command line in the guest. */
export const cli = 'node /opt/dialgate/dist/src/bin/dialgate.js';

/** Whether strangers are turned away and the office's entry stands, by the kernel's own words. */
export const armed = 'nft list set inet dialgate armed | grep -q tcp';
const stands = 'nft list set inet dialgate stand4_sip | grep -q 192.0.2.2';
const whole = `{ ${armed} && ${stands}; } 2>/dev/null`;

/** Waited for, ten seconds at most. */
export const entryStands = `for i in $(seq 100); do { ${stands}; } 2>/dev/null && exit 0; sleep 0.1; done; exit 1`;

/** Does it, and looks every 20 ms meanwhile whether guard and entry are there. */
export const withoutGap = (what: string): string => `
rm -f /run/enough
( looks=0; gaps=0
  while [ ! -e /run/enough ]; do
    looks=$((looks+1)); ${whole} || gaps=$((gaps+1))
    echo "$looks $gaps" >/run/gaps; sleep 0.02
  done ) &
sleep 0.5
${what}
sleep 1; touch /run/enough; wait
read -r looks gaps </run/gaps
echo "$looks looks, $gaps without guard or entry"
[ "$gaps" = 0 ] && [ "$looks" -gt 20 ]`;

const now = 'cut -d" " -f1 /proc/uptime';

/** Does it, and waits until guard and entry are there again. */
export const healed = (what: string): string => `
${what}
from=$(${now})
for i in $(seq 250); do ${whole} && break; sleep 0.02; done
to=$(${now})
awk "BEGIN { printf \\"%.2f s\\", $to - $from; exit !($to - $from < 5) }"`;

export const helperKilled = `old=$(systemctl show -P MainPID dialgate-helper); kill -9 "$old"
for i in $(seq 100); do
  new=$(systemctl show -P MainPID dialgate-helper)
  [ "$new" != 0 ] && [ "$new" != "$old" ] && systemctl is-active -q dialgate-helper && break
  sleep 0.1
done
[ "$new" != 0 ] && [ "$new" != "$old" ] || exit 1`;

/** When each was reached, in microseconds, a line each. */
export const order = `systemctl show -P ActiveEnterTimestampMonotonic nftables
systemctl show -P ActiveEnterTimestampMonotonic dialgate-helper
systemctl show -P ActiveEnterTimestampMonotonic network-pre.target
systemctl show -P InactiveExitTimestampMonotonic networking
systemctl show -P ActiveEnterTimestampMonotonic network-online.target`;

/** What the helper may do, by the kernel's own words. */
export const privileges = `pid=$(systemctl show -P MainPID dialgate-helper)
grep -E '^(Uid|CapBnd|CapEff|NoNewPrivs|Seccomp):' /proc/$pid/status
grep -q '^CapEff:.*0000000000001000$' /proc/$pid/status && grep -q '^CapBnd:.*0000000000001000$' /proc/$pid/status &&
grep -q '^NoNewPrivs:.1' /proc/$pid/status && grep -q '^Seccomp:.2' /proc/$pid/status`;

/** Told of by the journal as errors, which a look at what has failed shows. */
export const saidAsError = (word: string): string =>
  `journalctl -b -p err --no-pager -o cat -u dialgate-helper | grep -m1 -e '${word}'`;

/** The way that needs most children: ipset, conntrack, nft. An opening by the app, and its end. */
export const beside = `cd /etc/dialgate && cp helper.json kept.json
sed 's/"services"/"backend": "ipset", "ipset": {"prefix": "dialgate"}, "services"/; s/"standing": .*/"standing": {"most": 0, "widest4": 16, "widest6": 32}/' kept.json >helper.json
systemctl restart dialgate-helper || { journalctl -b -u dialgate-helper -n 5 -o cat; exit 1; }
${cli} user add ana >/dev/null && ${cli} grant open ana 192.0.2.9 || exit 1
ipset list dialgate_web4 | grep 192.0.2.9 || exit 1
id=$(${cli} grant list --json | grep -o '"id":"*[0-9a-z-]*' | head -1 | grep -o '[0-9a-z-]*$')
${cli} grant close "$id" && ! ipset list dialgate_web4 | grep 192.0.2.9 || exit 1
journalctl -b -u dialgate-helper -o cat | grep -i 'conntrack\\|not permitted' && exit 1
cp kept.json helper.json && systemctl restart dialgate-helper`;

/** Asked as the helper asks, by its user. */
export const unban = `cat >/run/ask.mjs <<'X'
import { connect } from 'node:net';
const socket = connect('/run/dialgate-unban/unban.sock', () => socket.write('192.0.2.9\\n'));
socket.on('data', (text) => { process.stdout.write(text); process.exit(String(text).startsWith('ok 1') ? 0 : 1); });
socket.on('error', (error) => { console.log(error.message); process.exit(1); });
setTimeout(() => process.exit(2), 10000);
X
setpriv --reuid=dialgate-helper --regid=dialgate --clear-groups node /run/ask.mjs`;

export const exposure = `for unit in dialgate-helper dialgate dialgate-unban; do
  systemd-analyze security --no-pager $unit.service | grep Overall
done`;

/** The server answers, and was started once. */
export const serves = `for i in $(seq 100); do [ -S /run/dialgate/admin.sock ] && break; sleep 0.1; done
sleep 2; systemctl show -P NRestarts dialgate; [ "$(systemctl show -P NRestarts dialgate)" = 0 ] && [ -S /run/dialgate/admin.sock ]`;
