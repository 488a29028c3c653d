import type { ComponentType } from 'preact';
import type { Rights } from './api/session.ts';
import type { IconName } from './pieces/icon.tsx';

export interface View {
  readonly path: string;
  readonly title: string;
  readonly icon: IconName;
  /** Loaded when somebody goes there. */
  readonly load: () => Promise<ComponentType>;
  /** Who has it among the ways; everybody unless said otherwise. */
  readonly may?: (rights: Rights) => boolean;
}

/** The views, in the order of the ways to them. */
export const views: readonly View[] = [
  {
    path: '/now',
    title: 'Now',
    icon: 'now',
    load: async () => (await import('./views/now/now.tsx')).Now,
  },
  {
    path: '/history',
    title: 'History',
    icon: 'history',
    load: async () => (await import('./views/history/history.tsx')).History,
  },
  {
    path: '/people',
    title: 'People',
    icon: 'people',
    load: async () => (await import('./views/people/people.tsx')).People,
  },
  {
    path: '/entries',
    title: 'Entries',
    icon: 'entries',
    load: async () => (await import('./views/entries/entries.tsx')).Entries,
  },
];
