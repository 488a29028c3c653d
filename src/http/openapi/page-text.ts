/* eslint-disable-next-line typescript/no-explicit-any -- a description is JSON, read where its form is known */
type Json = Record<string, any>;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escaped = (text: unknown): string =>
  String(text).replace(/[&<>"']/g, (char) => entities[char] ?? '');

/** Of Markdown, code alone is used here. */
export const markdownLine = (text: string): string =>
  escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');

/** A schema in the fewest words. */
export function schemaHtml(schema: Json): string {
  const { properties, required = [], description, oneOf } = schema;
  if (oneOf) return (oneOf as Json[]).map(schemaHtml).join('<p>or</p>');
  if (!properties) return `<span class="type">${typeOf(schema)}</span>`;
  const rows = Object.entries(properties as Record<string, Json>).map(([name, of]) => {
    const needed = (required as string[]).includes(name) ? '' : ' (optional)';
    const inside = (of['items'] ?? of) as Json;
    const inner = inside['properties'] ? schemaHtml(inside) : '';
    const about = of['description'] ? ` ${markdownLine(String(of['description']))}` : '';
    return `<dt><code>${escaped(name)}</code>${needed}</dt><dd><span class="type">${typeOf(of)}</span>${about}${inner}</dd>`;
  });
  const about = description === undefined ? '' : `<p>${markdownLine(String(description))}</p>`;
  return `${about}<dl>${rows.join('')}</dl>`;
}

function typeOf(schema: Json): string {
  const { $ref, anyOf, type, items, format, pattern } = schema;
  if ($ref) {
    const name = escaped(String($ref).split('/').at(-1));
    return `<a href="#schema-${name}">${name}</a>`;
  }
  if (anyOf) return (anyOf as Json[]).map(typeOf).join(' or ');
  if (schema['const'] !== undefined)
    return `<code>${escaped(JSON.stringify(schema['const']))}</code>`;
  if (schema['enum'])
    return (schema['enum'] as unknown[]).map((v) => `<code>${escaped(v)}</code>`).join(', ');
  if (type === 'array') return `list of ${typeOf((items ?? {}) as Json)}`;
  const { minimum, maximum, default: usual, maxLength } = schema;
  return [
    escaped(Array.isArray(type) ? type.join(' or ') : (type ?? 'anything')),
    format && `(${escaped(format)})`,
    pattern && `<code>${escaped(pattern)}</code>`,
    minimum !== undefined && `from ${escaped(minimum)}`,
    maximum !== undefined && `to ${escaped(maximum)}`,
    maxLength !== undefined && `at most ${escaped(maxLength)} characters`,
    usual !== undefined && `usually <code>${escaped(usual)}</code>`,
  ]
    .filter(Boolean)
    .join(' ');
}
