import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface Around {
  label: string;
  /** What is allowed, or what it means. */
  hint?: ComponentChildren;
  /** What is wrong; read out, and the field is marked. */
  error?: string | undefined;
}

interface Inner {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: true;
}

/** A label, a control, its hint and its error, tied together for those who do not see them. */
export function Field({
  label,
  hint,
  error,
  children,
}: Around & { children: (inner: Inner) => ComponentChildren }) {
  const id = useId();
  const around = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // what was refused is mended where it is; in a long dialog it may be out of sight
    const form = error ? around.current?.closest('dialog form') : undefined;
    form?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [error]);
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class="field" ref={around}>
      <label for={id}>{label}</label>
      {children({
        id,
        ...(described && { 'aria-describedby': described }),
        ...(error && { 'aria-invalid': true as const }),
      })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

interface Text extends Around {
  value: string;
  onText: (text: string) => void;
  type?: 'text' | 'password' | 'search' | 'number' | 'date' | 'datetime-local' | 'email' | 'tel';
  name?: string;
  placeholder?: string;
  /** `off` unless said otherwise. */
  autoComplete?: string;
  autoFocus?: boolean;
  disabled?: boolean;
  required?: boolean;
  inputMode?: 'text' | 'numeric' | 'decimal' | 'tel' | 'email' | 'url' | 'search';
  maxLength?: number;
  min?: string | number;
  max?: string | number;
  step?: string | number;
}

export function TextField({ label, hint, error, onText, type = 'text', ...rest }: Text) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(inner) => (
        <input
          {...oneType(type)}
          autoComplete="off"
          spellcheck={false}
          {...rest}
          {...inner}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** Each type of input has its own type of attributes; they differ in what is used of none here. */
const oneType = (type: string) => ({ type }) as { type: 'text' };

/** `options` are pairs of a value and its words. */
export function SelectField({
  label,
  hint,
  error,
  value,
  options,
  required,
  onChoice,
}: Around & {
  value: string;
  required?: boolean;
  options: readonly (readonly [value: string, words: string])[];
  onChoice: (value: string) => void;
}) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(inner) => (
        <select
          {...inner}
          required={required}
          value={value}
          onChange={(event) => onChoice(event.currentTarget.value)}
        >
          {options.map(([one, words]) => (
            <option key={one} value={one}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Some of many, such as services. */
export function ChoicesField({
  label,
  hint,
  options,
  chosen,
  onChosen,
}: {
  label: string;
  hint?: ComponentChildren;
  options: readonly (readonly [value: string, words: string])[];
  chosen: readonly string[];
  onChosen: (chosen: readonly string[]) => void;
}) {
  return (
    <fieldset class="field choices">
      <legend>{label}</legend>
      <div class="boxes">
        {options.map(([value, words]) => (
          <label key={value} class="box">
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={(event) =>
                onChosen(
                  event.currentTarget.checked
                    ? [...chosen, value]
                    : chosen.filter((one) => one !== value),
                )
              }
            />
            <span>{words}</span>
          </label>
        ))}
      </div>
      {hint && <p class="hint">{hint}</p>}
    </fieldset>
  );
}
