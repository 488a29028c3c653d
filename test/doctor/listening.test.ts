import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { listeningFindings, readListeners } from '../../src/doctor/listening.ts';
import { run, type Run } from '../../src/doctor/program.ts';
import { servicesOf } from '../../src/helper/config/services.ts';

const said = `udp   UNCONN 0      0            127.0.0.53%lo:53        0.0.0.0:*
udp   UNCONN 0      0                  0.0.0.0:5060      0.0.0.0:*
tcp   LISTEN 0      4096               0.0.0.0:22        0.0.0.0:*
tcp   LISTEN 0      511                  [::]:443           [::]:*
tcp   LISTEN 0      511                 [::1]:8088          [::]:*
tcp   LISTEN 0      511    [::ffff:127.0.0.1]:8089             *:*
tcp   LISTEN 0      70                      *:33060            *:*
garbage
`;
const shown: Run = async () => ({ kind: 'done', output: said });

test('what is bound to loopback is nobody else’s business', () => {
  expect(readListeners(said).map(({ protocol, port }) => `${protocol}/${port}`)).toEqual([
    'tcp/22',
    'tcp/443',
    'udp/5060',
    'tcp/33060',
  ]);
});

test('uncovered ports and idle services are named, and no range of sound', async () => {
  const findings = await listeningFindings(shown, servicesOf(['sip', 'web', 'iax', 'rtp']));
  expect(findings.map(({ what }) => what)).toEqual([
    'Nothing listens on any port of iax.',
    'No service covers tcp/22 tcp/33060, where programs listen: dialgate does not guard them.',
  ]);
});

test('a host without ss is a finding', async () => {
  const [finding] = await listeningFindings(async () => ({ kind: 'absent' }), servicesOf(['sip']));
  expect(finding).toMatchObject({
    level: 'note',
    what: expect.stringMatching(/ss is not installed/),
  });
});

test('the real ss shows a real listener', async () => {
  const server = createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const outcome = await run('ss', '-Hlntu');
  expect(readListeners(outcome.kind === 'done' ? outcome.output : '')).toContainEqual({
    protocol: 'tcp',
    port,
  });
  server.close();
});
