import { escaped, markdownLine, schemaHtml } from './page-text.ts';

/* eslint-disable-next-line typescript/no-explicit-any -- a description is JSON, read where its form is known */
type Json = Record<string, any>;

/** The description for people: one page without any script, from the same document. */
export function pageOf(document: Json): string {
  const operations = Object.entries(document['paths'] as Json).flatMap(([path, methods]) =>
    Object.entries(methods as Json).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      ...(operation as { tags: string[] }),
    })),
  );
  const groups = (document['tags'] as Json[]).map((tag) => ({
    tag,
    operations: operations.filter(({ tags }) => tags.includes(String(tag['name']))),
  }));
  const links = groups.map(
    ({ tag }) => `<li><a href="#${escaped(tag['name'])}">${escaped(tag['name'])}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dialgate: the REST API</title>
<link rel="stylesheet" href="reference.css">
</head>
<body>
<nav aria-label="Parts of the API"><ul>${links.join('')}<li><a href="#Schemas">Schemas</a></li></ul></nav>
<main>
<h1>dialgate: the REST API</h1>
${String(document['info'].description)
  .split('\n')
  .map((line) => `<p>${markdownLine(line)}</p>`)
  .join('\n')}
<p>For programs: <a href="openapi.json">openapi.json</a>.</p>
${groups.map(({ tag, operations: own }) => groupHtml(tag, own, document)).join('\n')}
<section id="Schemas"><h2>Schemas</h2>
${Object.entries(document['components'].schemas as Json)
  .map(
    ([name, schema]) =>
      `<details id="schema-${escaped(name)}"><summary>${escaped(name)}</summary>${schemaHtml(schema as Json)}</details>`,
  )
  .join('\n')}
</section>
</main>
</body>
</html>
`;
}

function groupHtml(tag: Json, operations: readonly Json[], document: Json): string {
  return `<section id="${escaped(tag['name'])}"><h2>${escaped(tag['name'])}</h2>
<p>${markdownLine(String(tag['description']))}</p>
${operations.map((operation) => operationHtml(operation, document)).join('\n')}
</section>`;
}

function operationHtml(operation: Json, document: Json): string {
  const { method, path, operationId, summary, description, parameters, requestBody } = operation;
  const body = requestBody?.content['application/json'].schema as Json | undefined;
  return `<details id="${escaped(operationId)}">
<summary><code class="${escaped(method)}">${escaped(method)}</code> <code>${escaped(path)}</code> ${escaped(summary)}</summary>
<p>${markdownLine(String(description))}</p>
${parameters.length === 0 ? '' : `<h3>Parameters</h3><dl>${(parameters as Json[]).map(parameterHtml).join('')}</dl>`}
${body ? `<h3>Body</h3>${schemaHtml(body)}` : ''}
<h3>Answers</h3>
<dl>${Object.entries(operation['responses'] as Json)
    .map(([status, answer]) => answerHtml(status, refersTo(answer as Json, document)))
    .join('')}</dl>
</details>`;
}

function parameterHtml({ name, in: place, required, description, schema }: Json): string {
  const needed = required ? ', required' : '';
  return `<dt><code>${escaped(name)}</code> (${escaped(place)}${needed})</dt>
<dd>${markdownLine(String(description ?? ''))} ${schemaHtml(schema as Json)}</dd>`;
}

/** What is shared is told in each place. */
const refersTo = (answer: Json, document: Json): Json =>
  answer['$ref']
    ? (document['components'].responses[String(answer['$ref']).split('/').at(-1) ?? ''] as Json)
    : answer;

function answerHtml(status: string, answer: Json): string {
  // without content where there is nothing to say
  const [[media, { schema }]] = Object.entries((answer['content'] ?? { '': {} }) as Json) as [
    [string, Json],
  ];
  const form =
    schema === undefined || media === 'application/problem+json' ? '' : schemaHtml(schema as Json);
  return `<dt>${escaped(status)}</dt><dd>${markdownLine(String(answer['description']))} ${form}</dd>`;
}
