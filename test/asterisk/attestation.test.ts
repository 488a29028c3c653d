import { describe, expect, test, vi } from 'vitest';
import type { Attestation } from '../../src/domain/user.ts';
import { until } from '../fixtures/asterisk-exchange.ts';
import { takingLines, type Lines } from '../fixtures/asterisk-lines.ts';
import { noAsterisk } from '../fixtures/asterisk.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

/** What a call with these header lines is seen to come with. */
async function attestationOf(
  lines: Lines,
  headers: readonly string[],
): Promise<Attestation | null> {
  const seen: (Attestation | null)[] = [];
  lines.take = async (line) => {
    seen.push(line.attestation);
    await line.refuse('busy');
  };
  await expect(phoneTo(lines.asterisk, { headers })).rejects.toThrow('SIP 486');
  await until('it is seen', () => seen.length === 1);
  return seen[0] ?? null;
}

const asserted = (name: string, parameters: string): string =>
  `P-Asserted-Identity: ${name}<sip:+15550117${parameters}@carrier.invalid;user=phone>`;

describe.skipIf(noAsterisk())('attestation', () => {
  describe('with the dialplan as it is shipped', () => {
    const lines = takingLines();
    test('is not there, whatever the caller sends', async () => {
      const headers = [
        'P-Attestation-Indicator: A',
        'DIALGATE_ATTESTATION: A',
        asserted('', ';verstat=TN-Validation-Passed-A'),
      ];
      expect(await attestationOf(lines, headers)).toBeNull();
    });
  });

  describe("by the carrier's header", () => {
    const lines = takingLines({ uncommented: /P-Attestation-Indicator/ });
    test.each([
      ['A', 'A'],
      ['b', 'B'],
      ['  C ', 'C'],
      ['D', null],
      ['AB', null],
      ['A,A', null],
      ['"A"', 'A'],
      ['${EXTEN}', null],
      ['', null],
    ])('%j is %j', async (value, attestation) => {
      expect(await attestationOf(lines, [`P-Attestation-Indicator: ${value}`])).toBe(attestation);
    });
    test('no header is no attestation, and no complaint', async () => {
      expect(await attestationOf(lines, [])).toBeNull();
      expect(lines.asterisk.logged()).not.toMatch(/WARNING|ERROR/);
    });
  });

  describe("by verstat in the asserted identity's address", () => {
    const lines = takingLines({
      uncommented: /PJSIP_HEADER.*P-Asserted-Identity/,
    });
    test.each([
      ['', ';verstat=TN-Validation-Passed-A', 'A'],
      ['"A caller" ', ';verstat=TN-Validation-Passed-B', 'B'],
      ['"ends the \\" string" ', ';verstat=TN-Validation-Passed-C', 'C'],
      ['', ';verstat=TN-Validation-Failed-A', null],
      ['', ';verstat=TN-Validation-Passed', null],
      ['"sip:;verstat=TN-Validation-Passed-A" ', '', null],
      ['"<sip:;verstat=TN-Validation-Passed-A>" ', '', null],
      ['"<sip:;verstat=TN-Validation-Passed-A" ', ';verstat=TN-Validation-Failed', null],
      ['', '', null],
    ])('%s<…%s> is %j', async (name, parameters, attestation) => {
      expect(await attestationOf(lines, [asserted(name, parameters)])).toBe(attestation);
    });
    test('no header is no attestation, and no complaint', async () => {
      expect(await attestationOf(lines, [])).toBeNull();
      expect(lines.asterisk.logged()).not.toMatch(/WARNING|ERROR/);
    });
  });
});
