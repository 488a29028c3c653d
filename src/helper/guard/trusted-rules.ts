import type { Cidr } from '../config/cidr.ts';

/** Lets trusted networks pass: a rule for each family that has any. */
export function trustedRules(trusted: readonly Cidr[], which: 'saddr' | 'daddr'): string {
  return ([4, 6] as const)
    .map((family) => ({
      family,
      texts: trusted.filter((n) => n.family === family).map((n) => n.text),
    }))
    .filter(({ texts }) => texts.length > 0)
    .map(
      ({ family, texts }) =>
        `    ${family === 4 ? 'ip' : 'ip6'} ${which} { ${texts.join(', ')} } accept\n`,
    )
    .join('');
}
