import { createSocket } from 'node:dgram';
import { createServer, type AddressInfo } from 'node:net';

/** Ports of 127.0.0.1 that were free a moment ago, for a lab that has no network of its own. */
export async function freePorts(): Promise<{
  sip: number;
  ari: number;
  rest: number;
  rtp: number;
}> {
  const [ari, rest, sip] = await Promise.all([freeTcpPort(), freeTcpPort(), udp()]);
  return { sip, ari, rest, rtp: 30_000 + 1000 * Math.floor(Math.random() * 20) };
}

/** One of them. */
export function freeTcpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function udp(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
