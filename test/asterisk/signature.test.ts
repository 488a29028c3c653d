import { execFileSync } from 'node:child_process';
import { randomUUID, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AsteriskExchange } from '../../src/asterisk/exchange.ts';
import type { Attestation } from '../../src/domain/user.ts';
import { exchangeFor, until } from '../fixtures/asterisk-exchange.ts';
import { asteriskFixture, noAsterisk, type AsteriskFixture } from '../fixtures/asterisk.ts';
import { freeTcpPort } from '../fixtures/free-ports.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const stirShaken = ['res_crypto.so', 'res_curl.so', 'func_curl.so', 'res_stir_shaken.so'];

/** A carrier's key, and the certificate that goes with it: with a TNAuthList (RFC 8226), as Asterisk demands. */
function carrier(folder: string, name: string): { key: string; certificate: string } {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '2', '-subj', `/CN=SHAKEN ${name}`, '-keyout', key, '-out', certificate],
      ...['-addext', '1.3.6.1.5.5.7.1.26=DER:30:08:a0:06:16:04:31:32:33:34'],
    ],
    { stdio: 'ignore' },
  );
  return { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
}

describe.skipIf(noAsterisk())('a signed call (STIR/SHAKEN)', () => {
  let folder: string;
  let asterisk: AsteriskFixture;
  let exchange: AsteriskExchange;
  let web: Server;
  let port: number;
  let trusted: { key: string; certificate: string };
  let stranger: { key: string; certificate: string };
  let seen: (Attestation | null)[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dialgate-carrier-'));
    [trusted, stranger] = [carrier(folder, 'trusted'), carrier(folder, 'stranger')];
    port = await freeTcpPort();
    web = createServer((request, response) => {
      const who = request.url === '/trusted.pem' ? trusted : stranger;
      response.setHeader('cache-control', 'max-age=60').end(who.certificate);
    });
    await new Promise<void>((resolve) => web.listen(port, '127.0.0.1', resolve));
    asterisk = await asteriskFixture({
      uncommented: /STIR_SHAKEN\(|unsigned/,
      moreModules: [...stirShaken, 'res_pjsip_stir_shaken.so'],
      morePjsip: 'stir_shaken_profile=carriers\n',
      moreFiles: (at) => ({
        'ca.pem': trusted.certificate,
        'stir_shaken.conf': `[verification]
ca_file=${at}/ca.pem
cert_cache_dir=${at}
relax_x5u_port_scheme_restrictions=yes
x5u_permit=127.0.0.1/32

[carriers]
type=profile
endpoint_behavior=verify
`,
      }),
    });
    ({ exchange } = exchangeFor(asterisk));
    exchange.start(async (line) => {
      seen.push(line.attestation);
      await line.refuse('busy');
    });
    await until('connected', () => exchange.health().connected);
  });
  afterAll(async () => {
    await exchange.stop();
    await asterisk.remove();
    web.close();
    rmSync(folder, { recursive: true });
  });

  function identity(who: 'trusted' | 'stranger', attest: string, from = '15550117'): string {
    const url = `http://127.0.0.1:${port}/${who}.pem`;
    const part = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = [
      part({ alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u: url }),
      part({
        attest,
        dest: { tn: [asterisk.extension] },
        iat: Math.floor(Date.now() / 1000),
        orig: { tn: from },
        origid: randomUUID(),
      }),
    ].join('.');
    const { key } = who === 'trusted' ? trusted : stranger;
    const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
    return `Identity: ${text}.${signature.toString('base64url')};info=<${url}>;alg=ES256;ppt=shaken`;
  }

  /** Undefined when the call has not reached us. */
  async function attestationOf(header: string): Promise<Attestation | null | undefined> {
    seen = [];
    const headers = [header, `Date: ${new Date().toUTCString()}`];
    const call = phoneTo(asterisk, { callerNumber: '15550117', headers });
    await expect(call).rejects.toThrow('SIP 486');
    return seen[0];
  }

  test.each(['A', 'B', 'C'])('by a carrier that is trusted comes with its %s', async (attest) => {
    expect(await attestationOf(identity('trusted', attest))).toBe(attest);
  });

  test('by somebody else, or for another number, comes with none', async () => {
    expect(await attestationOf(identity('stranger', 'A'))).toBeNull();
    expect(await attestationOf(identity('trusted', 'A', '15550118'))).toBeNull();
  });

  test('whose signature was made for other words comes with none', async () => {
    const [header = '', claims = '', ...rest] = identity('trusted', 'C').split('.');
    const forged = Buffer.from(claims, 'base64url').toString().replace('"C"', '"A"');
    const words = Buffer.from(forged).toString('base64url');
    expect(await attestationOf([header, words, ...rest].join('.'))).toBeNull();
  });

  test('without a signature comes with none, and without a complaint', async () => {
    expect(await attestationOf('P-Attestation-Indicator: A')).toBeNull();
    expect(asterisk.logged()).not.toMatch(/No STIR.SHAKEN|pbx_|dialplan/);
  });
});
