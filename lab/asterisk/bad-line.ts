/** What happens to packets on their way. */
export interface BadLine {
  /** How many of a hundred are lost. */
  readonly lossPercent?: number;
  /** Each is late by up to so many ms, so that some overtake others. */
  readonly jitterMs?: number;
  /** Each arrives so many times; default once. */
  readonly copies?: number;
}

/** Sends packets through a bad line; the same one each time, so that a test can be repeated. */
export function badLine(
  { lossPercent = 0, jitterMs = 0, copies = 1 }: BadLine,
  send: (packet: Buffer) => void,
): (packet: Buffer) => void {
  const random = chance();
  return (packet) => {
    for (let copy = 0; copy < copies; copy += 1) {
      if (random() * 100 < lossPercent) continue;
      if (jitterMs === 0) send(packet);
      else setTimeout(() => send(packet), random() * jitterMs);
    }
  };
}

/** From 0 up to 1; a linear congruential generator with the constants of Numerical Recipes. */
function chance(): () => number {
  let state = 20_260;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
