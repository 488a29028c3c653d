import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pairAddresses } from '../hosts.ts';
import { environment, startDaemon } from './daemon.ts';
import { port, type Contestant, type Place } from './gate.ts';
import { restore, writeRules } from './iptables.ts';

const spaPort = 62201;
/** Longer than any run: rules that end meanwhile are work that is not asked for here. */
const seconds = 43_200;

/** As Debian's files and its manual have it, with keys of its own, but for what is said below. */
export const fwknopd = listening('fwknopd', '');

/** The same with a socket of its own, at which it waits; else it sniffs, ten times a second. */
export const fwknopdAtSocket = listening('fwknopd-udp', 'ENABLE_UDP_SERVER Y;\n');

function listening(name: string, more: string): Contestant {
  return {
    name,
    trigger: 'the SPA packet leaves',
    entry: 'an accept rule in its chain FWKNOP_INPUT',
    async start(place, entries) {
      const { pair, folder, prober } = place;
      const keys = {
        cipher: randomBytes(32).toString('base64'),
        mac: randomBytes(64).toString('base64'),
      };
      const [config, access] = [join(folder, 'fwknopd.conf'), join(folder, 'access.conf')];
      mkdirSync(join(folder, 'run'), { mode: 0o700 });
      writeFileSync(
        config,
        // or it would list all rules every two seconds, in search of old ones
        `PCAP_INTF to-client;\nFWKNOP_RUN_DIR ${join(folder, 'run')};\nRULES_CHECK_THRESHOLD 0;\n${more}`,
        { mode: 0o600 },
      );
      writeFileSync(
        access,
        `SOURCE ANY
KEY_BASE64 ${keys.cipher}
HMAC_KEY_BASE64 ${keys.mac}
REQUIRE_SOURCE_ADDRESS Y
FW_ACCESS_TIMEOUT ${seconds}
MAX_FW_TIMEOUT ${seconds}
`,
        { mode: 0o600 },
      );
      // strangers are turned away by the INPUT chain that it hooks its own into
      const basis = join(folder, 'basis.v4');
      await writeRules(basis, 1, () => `-A INPUT -p udp --dport ${spaPort} -j ACCEPT`);
      await restore(pair.server, basis);
      const daemon = await startDaemon(
        place,
        ['usr/sbin/fwknopd', '-f', '-c', config, '-a', access],
        /main event loop|UDP server/,
      );
      try {
        const rules = join(folder, 'rules.v4');
        // without the comment that it adds to a rule of its own: with it, each command that it
        // starts takes three times as long over 100,000
        await writeRules(
          rules,
          entries,
          (address) => `-A FWKNOP_INPUT -s ${address} -p tcp --dport ${port} -j ACCEPT`,
          '*filter\n',
        );
        await restore(pair.server, rules, '--noflush');
      } catch (error) {
        await daemon.stop();
        throw error;
      }
      return {
        async open(address) {
          const packet = await spaPacket(place, keys, address);
          return prober.sending(address, `udp ${spaPort} ${packet.toString('hex')}`);
        },
        remove: () => daemon.stop(),
      };
    },
  };
}

/** The client makes it, and the prober sends it: so the instant is known. */
async function spaPacket(
  { folder, peers }: Place,
  keys: { readonly cipher: string; readonly mac: string },
  address: string,
): Promise<Buffer> {
  const file = join(folder, 'spa');
  rmSync(file, { force: true });
  await promisify(execFile)(
    join(peers, 'usr/bin/fwknop'),
    [
      ...['--no-rc-file', '--test', '--save-packet', file],
      ...['-A', `tcp/${port}`, '-a', address, '-D', pairAddresses.server, '-f', String(seconds)],
      ...['--use-hmac', '--key-base64-rijndael', keys.cipher, '--key-base64-hmac', keys.mac],
    ],
    { env: { ...environment(peers), HOME: folder }, timeout: 10_000 },
  );
  return Buffer.from(readFileSync(file, 'utf8').trim());
}
