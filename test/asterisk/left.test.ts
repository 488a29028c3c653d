import { describe, expect, test } from 'vitest';
import { AriLine } from '../../src/asterisk/ari-line.ts';
import { usualTimeouts } from '../../src/asterisk/exchange-options.ts';

/** The answer to a command may come before the news that the channel has gone. */
describe('a line whose channel has gone, as a command finds out first', () => {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const party = { id: '1.1', callerNumber: '5550117', dialled: '5550142', attestation: null };
  const hungUp: string[] = [];

  const lineThat = (status: number | undefined): AriLine => {
    const refuse = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('refused'), status !== undefined && { status }));
    const commands = {
      answer: refuse,
      play: refuse,
      stopPlayback: refuse,
      hangUp: async (id: string) => void hungUp.push(id),
    };
    return new AriLine(party, commands, usualTimeouts, silent);
  };

  test.each([
    [404, true],
    [409, true],
    [500, false],
    [undefined, false],
  ])('at a status of %s: ended is %s', async (status, ended) => {
    const line = lineThat(status);
    await expect(line.answer()).rejects.toMatchObject({ code: 'internal' });
    expect(line.ended.aborted).toBe(ended);

    // what was hung up on is no sound that cannot be played
    const other = lineThat(status);
    const { finished } = other.play({ paths: ['welcome'], length: 1 });
    expect(await finished).toBe(ended ? 'stopped' : 'failed');
    expect(other.ended.aborted).toBe(ended);
  });
});
