/**
 * Reads the heap of a Node process on this host over its inspector, which SIGUSR1
 * has opened: how much is in use right after a full garbage collection. Asked over
 * Node's channel to its parent; ends with it.
 */
import WebSocket from 'ws';

const inspector = 'http://127.0.0.1:9229/json/list';

async function open(): Promise<WebSocket> {
  for (let tries = 0; ; tries++) {
    try {
      const [target] = (await (await fetch(inspector)).json()) as {
        webSocketDebuggerUrl: string;
      }[];
      const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      return socket;
    } catch (error) {
      if (tries === 40) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const socket = await open();
let last = 0;

function command(method: string): Promise<Record<string, number>> {
  const id = ++last;
  return new Promise((resolve) => {
    const listen = (data: WebSocket.RawData): void => {
      const text = (data as Buffer).toString();
      const answer = JSON.parse(text) as { id?: number; result: Record<string, number> };
      if (answer.id !== id) return;
      socket.off('message', listen);
      resolve(answer.result);
    };
    socket.on('message', listen).send(JSON.stringify({ id, method }));
  });
}

process.on('message', () => {
  void command('HeapProfiler.collectGarbage')
    .then(() => command('Runtime.getHeapUsage'))
    .then(({ usedSize = 0 }) => process.send?.(usedSize));
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
