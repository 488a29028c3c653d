/** Why ARI cannot be used now, in a sentence for health and log; undefined when it can. */
export async function unreachable(
  url: string,
  username: string,
  password: string,
  timeLimit: number,
): Promise<{ readonly why: string; readonly refused: boolean } | undefined> {
  const credentials = Buffer.from(`${username}:${password}`).toString('base64');
  let status: number;
  try {
    const response = await fetch(new URL('/ari/asterisk/ping', url), {
      headers: { authorization: `Basic ${credentials}` },
      signal: AbortSignal.timeout(timeLimit),
    });
    await response.arrayBuffer();
    status = response.status;
  } catch (error) {
    return { why: `Asterisk cannot be reached at ${url}: ${reasonOf(error)}.`, refused: false };
  }
  if (status === 200) return undefined;
  if (status === 401 || status === 403) {
    return {
      why: `Asterisk refuses the ARI username or password (HTTP ${status}). Compare dialgate's configuration with ari.conf.`,
      refused: true,
    };
  }
  // 404 and 503 while it boots, before ARI's modules are loaded
  return {
    why: `Asterisk answers, but ARI is not ready (HTTP ${status}). It is booting, or ari.conf or modules.conf lacks something.`,
    refused: false,
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown fault';
  if (error.name === 'TimeoutError') return 'no answer in time';
  // fetch hides what happened in the cause
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : error.message;
}
