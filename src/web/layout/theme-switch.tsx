import { Button } from '../pieces/button.tsx';
import { useTheme, type Theme } from './theme.ts';

const words: Readonly<Record<Theme, string>> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
};
const icons = { system: 'system', light: 'sun', dark: 'moon' } as const;

/** Goes round: as the system, light, dark. */
export function ThemeSwitch() {
  const [theme, next] = useTheme();
  return (
    <Button kind="quiet" icon={icons[theme]} onClick={next} aria-label={`Colours: ${words[theme]}`}>
      {words[theme]}
    </Button>
  );
}
