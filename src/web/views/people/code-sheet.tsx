/** Single-use codes as they are printed; no other secret is on it. */
export function CodeSheet({ name, codes }: { name: string; codes: readonly string[] }) {
  return (
    <section class="code-sheet on-paper">
      <h3>
        Single-use codes of {name}, {new Date().toISOString().slice(0, 10)}
      </h3>
      <ol>
        {codes.map((code) => (
          <li key={code}>
            <code>{code.replaceAll(/([0-9]{4})(?=[0-9])/g, '$1 ')}</code>
          </li>
        ))}
      </ol>
      <p>
        After the PIN, key the eight digits of any code and <kbd>#</kbd>. Cross it out.
      </p>
    </section>
  );
}
