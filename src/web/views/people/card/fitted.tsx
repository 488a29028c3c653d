import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Shows paper as wide as there is room for, and never larger than it is. */
export function Fitted({ children }: { children: ComponentChildren }) {
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const around = frame.current;
    if (!around) return undefined;
    const fit = (): void => {
      const paper = around.firstElementChild;
      if (!(paper instanceof HTMLElement)) return;
      paper.style.zoom = '1';
      const scale = Math.min(1, around.clientWidth / paper.offsetWidth);
      paper.style.zoom = String(scale);
    };
    fit();
    const watch = new ResizeObserver(fit);
    watch.observe(around);
    return () => watch.disconnect();
  });
  return (
    <div class="card-preview" ref={frame}>
      {children}
    </div>
  );
}
