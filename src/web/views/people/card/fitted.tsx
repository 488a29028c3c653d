import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** CSS pixels in a millimetre. */
const pixels = 96 / 25.4;

/** Shows paper as wide as there is room for, and never larger than it is. */
export function Fitted({ width, children }: { width: number; children: ComponentChildren }) {
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const around = frame.current;
    if (!around) return undefined;
    const fit = (): void => {
      const paper = around.firstElementChild;
      // not measured: what is zoomed already measures differently from one browser to the next
      const scale = Math.min(1, around.clientWidth / (width * pixels));
      if (paper instanceof HTMLElement) paper.style.zoom = String(scale);
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
