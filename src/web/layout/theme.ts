import { useState } from 'preact/hooks';

/** `system` goes with the system; the others stay, in this browser. */
export type Theme = 'system' | 'light' | 'dark';
const themes: readonly Theme[] = ['system', 'light', 'dark'];
const key = 'dialgate-theme';

function keptTheme(): Theme {
  try {
    const kept = window.localStorage.getItem(key);
    return themes.find((theme) => theme === kept) ?? 'system';
  } catch {
    return 'system'; // a browser may forbid keeping anything
  }
}

/** The tokens in style/tokens.css go by this attribute. */
export function applyTheme(theme: Theme = keptTheme()): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset['theme'];
  else dataset['theme'] = theme;
}

export function useTheme(): readonly [Theme, () => void] {
  const [theme, see] = useState(keptTheme);
  const next = (): void => {
    const chosen = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
    try {
      window.localStorage.setItem(key, chosen);
    } catch {
      // then it holds as long as the page is open
    }
    applyTheme(chosen);
    see(chosen);
  };
  return [theme, next];
}
