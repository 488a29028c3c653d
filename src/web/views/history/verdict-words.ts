import type { verificationShape } from '../../../http/answers/audit.ts';

export type Verification = ReturnType<(typeof verificationShape)['parse']>;

const whyWords: Readonly<Record<string, string>> = {
  altered: 'is not what was written',
  removed: 'follows on lines that are missing',
  inserted: 'was never written by dialgate',
  reordered: 'stands in another’s place',
  'cut-off': 'was the last, and lines after it are missing',
  'wrong-key': 'does not fit the key file',
  rewritten: 'does not fit a checkpoint: somebody with the key wrote the record anew',
  'removal-altered': 'follows on a summary of removed lines that was changed',
  'index-altered': 'is found by a table that was changed',
  'checkpoint-altered': 'is told of by a checkpoint that was changed',
  unsealed: 'is of an older release and not sealed yet',
};

/** What came of a check that has ended. */
export function verdictWords({ verdict, failed, rows }: Verification): {
  readonly kind: 'good' | 'bad' | 'warn';
  readonly badge: string;
  readonly words: string;
} {
  if (verdict === null) {
    return { kind: 'warn', badge: 'No verdict', words: failed ?? 'The check did not end.' };
  }
  if (verdict.ok) {
    return { kind: 'good', badge: 'Whole', words: `All ${rows.toLocaleString()} lines fit.` };
  }
  const why = whyWords[verdict.why ?? ''] ?? verdict.why ?? 'does not fit';
  const which = verdict.seq === undefined ? 'A line' : `Line ${verdict.seq}`;
  const detail = verdict.detail ? ` ${verdict.detail}` : '';
  return { kind: 'bad', badge: 'Does not fit', words: `${which} ${why}.${detail}` };
}
