/** Of the page for people; a sheet of its own, so that no style is inline. */
export const pageStyle = `:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 25%, transparent); }
body { margin: 0; display: grid; grid-template-columns: 12rem minmax(0, 60rem); gap: 2rem; font: 1rem/1.5 system-ui, sans-serif; }
nav { padding: 1.5rem 0 0 1.5rem; } nav ul { position: sticky; top: 1.5rem; list-style: none; margin: 0; padding: 0; }
main { padding: 1.5rem 1.5rem 4rem 0; }
code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
details { border-top: 1px solid var(--line); padding: .5rem 0; } summary { cursor: pointer; }
summary code:first-child { display: inline-block; min-width: 4.5em; font-weight: bold; }
dl { margin: .25rem 0 .25rem 1rem; } dt { margin-top: .4rem; } dd { margin-left: 1.5rem; }
h3 { font-size: 1rem; margin: .8rem 0 0; } .type { opacity: .8; }
:target { scroll-margin-top: 1rem; outline: 2px solid Highlight; }
@media (max-width: 50rem) { body { display: block; } nav { padding: 1rem; } nav ul { position: static; display: flex; flex-wrap: wrap; gap: .25rem 1rem; } main { padding: 0 1rem 3rem; } }
`;
