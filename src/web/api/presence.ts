/** What only a person does. */
const signs = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;
/** So long after the last of them, what the page asks is asked by itself. ms. */
const lasting = 60_000;

let last = Number.NEGATIVE_INFINITY;
for (const sign of signs) {
  window.addEventListener(sign, () => void (last = Date.now()), { passive: true, capture: true });
}

/** Whether somebody is at the page: what it refreshes by itself must keep no session alive. */
export const somebodyIsThere = (): boolean => Date.now() - last < lasting;
