import type { ComponentChildren } from 'preact';
import type { StatusAnswer } from '../../../http/answers/status.ts';
import { get } from '../../api/ask.ts';
import type { Kind } from '../../api/kinds.ts';
import { useAsked, type Asked } from '../../api/use-asked.ts';
import { useKept } from '../../api/use-kept.ts';
import { Icon } from '../../pieces/icon.tsx';
import { Note, ProblemNote } from '../../pieces/notes.tsx';
import { Link } from '../../router.tsx';

const concerned: readonly Kind[] = [
  'gate-healed',
  'gate-failed',
  'brake-began',
  'brake-ended',
  'calls-refused',
  'name-failing',
  'name-recovered',
  'audit-suspect',
  'audit-checkpoint-failed',
  'server-started',
];

type Level = 'ok' | 'warn' | 'bad';
type Part = readonly [
  name: string,
  level: Level,
  words: ComponentChildren,
  why?: string | undefined,
];

const guardWords: Readonly<Record<NonNullable<StatusAnswer['guard']>, readonly [Level, string]>> = {
  on: ['ok', 'on'],
  trial: ['warn', 'on trial'],
  off: ['bad', 'off'],
  contested: ['bad', 'left alone'],
  restored: ['bad', 'left alone'],
};

/** How the gate is, kept true by what happens. */
export function useStatus(): Asked<StatusAnswer> {
  const asked = useAsked('status', (signal) => get<StatusAnswer>('/v1/status', undefined, signal));
  useKept(concerned, asked);
  return asked;
}

/**
 * How the guard and the parts are; what is wrong is told beneath, in the words of whoever
 * noticed. While nobody answers (`away`) nothing is called well.
 */
export function StateStrip({ status, away }: { status: Asked<StatusAnswer>; away: boolean }) {
  const { value, problem, again } = status;
  if (!value) {
    if (problem) return <ProblemNote problem={problem} again={again} />;
    // holds its place, so that nothing moves when it comes
    return <div class="state-strip" aria-hidden="true" />;
  }
  const parts = away ? partsOf(value).map(unknown) : partsOf(value);
  return (
    <section class="state" aria-label="How the gate is">
      {problem && <ProblemNote problem={problem} again={again} />}
      <ul class="state-strip">
        {parts.map(([name, level, words]) => (
          <li key={name} class={level}>
            <Icon name={level === 'ok' ? 'ok' : 'warning'} />
            <span>
              {name} <strong>{words}</strong>
            </span>
          </li>
        ))}
      </ul>
      {parts.map(
        ([name, level, , why]) =>
          why && (
            <Note key={name} kind={level === 'bad' ? 'bad' : 'warn'}>
              <strong>{name}:</strong> {why}
            </Note>
          ),
      )}
      {value.warnings.map((words) => (
        <Note key={words} kind="warn">
          {words}
        </Note>
      ))}
    </section>
  );
}

const unknown = ([name]: Part): Part => [name, 'warn', 'not known'];

function partsOf({ guard, parts, brake, standing }: StatusAnswer): Part[] {
  const part = (name: string, { ok, why }: { ok: boolean; why?: string | undefined }): Part =>
    ok ? [name, 'ok', 'well'] : [name, 'bad', 'not well', why ?? 'It does not say why.'];
  const list: Part[] = [];
  if (guard) list.push(['Guard', ...guardWords[guard]]);
  list.push(part('Asterisk', parts.asterisk));
  list.push(part('Helper', parts.helper), part('Database', parts.database));
  if (brake?.on) {
    const why = 'Too many attempts failed, so callers who are not known are refused for a while.';
    list.push(['Brake', 'warn', 'on', why]);
  }
  if (standing && standing.failing > 0) {
    const { failing } = standing;
    const link = <Link to="/entries?failing=true">{failing} not answered</Link>;
    list.push(['Names', 'warn', link]);
  }
  return list;
}
