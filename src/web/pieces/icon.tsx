/** The page's few pictures, drawn on 24 × 24; each stands beside a word, and so is silent. */
const paths = {
  now: 'M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18Zm0-14v5l3 2',
  history: 'M4 19V5m0 14h16M8 15l3.5-4 3 2.5L20 8',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 9a6 6 0 0 1 12 0m1-9a3 3 0 1 0-1.5-5.6M17 14a5 5 0 0 1 4 5',
  entries: 'M4 6h10M4 12h16M4 18h7m7-14v4m-4 10h6',
  close: 'M6 6l12 12M18 6 6 18',
  add: 'M12 5v14M5 12h14',
  search: 'M11 18a7 7 0 1 1 0-14 7 7 0 0 1 0 14Zm5-2 4 4',
  extend: 'M12 21a9 9 0 1 1 6.4-2.7M12 7v5h4m4 4v4m-2-2h4',
  phone:
    'M6 3h3l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3.3 3A16 16 0 0 1 3 6.3A3 3 0 0 1 6 3Z',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm0-13v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
  system: 'M4 5h16v11H4zM9 20h6m-3-4v4',
  leave: 'M14 4h-8v16h8M10 12h10m-3-3 3 3-3 3',
  edit: 'M4 20h4L19 9l-4-4L4 16v4Z',
  remove: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  warning: 'M12 4 2.5 20h19L12 4Zm0 6v5m0 2v.5',
  ok: 'M5 12.5l4.5 4.5L19 7.5',
  more: 'M5 12h.1M12 12h.1M19 12h.1',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  print: 'M7 8V4h10v4M7 17H4V9h16v8h-3M7 14h10v6H7z',
  download: 'M12 4v11m-4-4 4 4 4-4M5 20h14',
  back: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
