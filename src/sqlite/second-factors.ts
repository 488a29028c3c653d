import type { Database } from 'better-sqlite3';
import type { NewSecondFactor } from '../domain/ports.ts';

/** The second factors' part of the users' store; each is to be called inside a transaction. */
export interface SecondFactorRows {
  /** Replaces what there was. */
  set(id: number, factor: NewSecondFactor): void;
  useTotpStep(id: number, step: number): boolean;
  useSheetCode(id: number, lookup: string): boolean;
}

export function createSecondFactorRows(database: Database): SecondFactorRows {
  const set = database.prepare<[string, string | null, number]>(
    'UPDATE users SET second_factor = ?, totp = ?, totp_step = NULL WHERE id = ?',
  );
  const clearSheet = database.prepare<[number]>('DELETE FROM sheet_codes WHERE user_id = ?');
  const addCode = database.prepare<[number, string]>(
    'INSERT INTO sheet_codes (user_id, lookup) VALUES (?, ?)',
  );
  // one statement looks and writes: of two with the same code, one finds it gone
  const useStep = database.prepare<[{ id: number; step: number }]>(
    `UPDATE users SET totp_step = @step
     WHERE id = @id AND totp IS NOT NULL AND (totp_step IS NULL OR totp_step < @step)`,
  );
  const useCode = database.prepare<[number, string]>(
    'DELETE FROM sheet_codes WHERE user_id = ? AND lookup = ?',
  );

  return {
    set(id, factor) {
      const totp = factor.kind === 'totp' ? factor.sealed : null;
      set.run(factor.kind, totp, id);
      clearSheet.run(id);
      const lookups = factor.kind === 'sheet' ? factor.lookups : [];
      for (const lookup of lookups) addCode.run(id, lookup);
    },
    useTotpStep: (id, step) => useStep.run({ id, step }).changes === 1,
    useSheetCode: (id, lookup) => useCode.run(id, lookup).changes === 1,
  };
}
