import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icon.tsx';

type Native = Omit<JSX.IntrinsicElements['button'], 'icon' | 'type'>;

/**
 * `main` is the one thing that a view is for; `danger` takes something away; `quiet` stands
 * in rows. While `busy` it cannot be pressed again, and keeps its width and the focus.
 */
export function Button({
  kind = 'plain',
  icon,
  busy = false,
  submit = false,
  children,
  class: more,
  ...rest
}: Native & {
  kind?: 'plain' | 'main' | 'danger' | 'quiet';
  icon?: IconName;
  busy?: boolean;
  submit?: boolean;
  class?: string;
  children?: ComponentChildren;
}) {
  const { onClick } = rest;
  return (
    <button
      {...rest}
      type={submit ? 'submit' : 'button'}
      class={['button', kind, more].filter(Boolean).join(' ')}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {icon && <Icon name={icon} />}
      {children !== undefined && <span class="word">{children}</span>}
    </button>
  );
}
