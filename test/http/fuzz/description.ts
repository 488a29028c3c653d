import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { problems } from '../../../src/http/problem-codes.ts';
import type { Answered } from './send.ts';
import type { Schema } from './values.ts';

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}
export interface Operation {
  readonly operationId: string;
  /** Who may; without it anybody. */
  readonly 'x-roles'?: readonly string[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header' | 'cookie';
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
}

export interface Described {
  readonly method: string;
  /** As in the description: `/v1/users/{name}`. */
  readonly path: string;
  readonly operation: Operation;
}

/** The API as its own description tells of it, read without our schemas. */
export interface Description {
  readonly operations: readonly Described[];
  /** What a request line asks for, if anything that is described. */
  at(method: string, target: string): Described | undefined;
  /** Why the answer is not as described; empty when it is. */
  misfit(method: string, target: string, answered: Answered): string;
}

const problemType = 'application/problem+json';

export function readDescription(text: string): Description {
  const document = JSON.parse(text) as Document;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
  const forms = operations.map((described) => ({
    described,
    form: new RegExp(
      `^${described.path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}/?$`,
      's',
    ),
  }));
  const ajv = new Ajv2020({ strict: false, logger: false, inlineRefs: false });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  ajv.addSchema({ ...document, $id: 'api' });
  const compiled = new Map<string, ValidateFunction>();
  const fits = (pointer: string, value: unknown): string => {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `api${pointer}` });
    compiled.set(pointer, validate);
    return validate(value) ? '' : ajv.errorsText(validate.errors);
  };

  const at: Description['at'] = (method, target) => {
    const [path = ''] = target.split(/[?#]/);
    const asked = method === 'HEAD' ? 'GET' : method;
    return forms.find(({ described, form }) => described.method === asked && form.test(path))
      ?.described;
  };

  function misfit(method: string, target: string, { status, type, text }: Answered): string {
    const described = at(method, target);
    const problem = type === problemType ? problemMisfit(status, text, method === 'HEAD') : '';
    if (problem !== '') return problem;
    if (!described) return type === problemType ? '' : `${status} ${type} is no problem`;
    const { operation, path } = described;
    const declared = operation.responses[status];
    if (!declared) return `${operation.operationId} does not declare ${status}`;
    const pointer =
      '$ref' in declared
        ? declared.$ref
        : `#/paths/${escaped(path)}/${described.method.toLowerCase()}/responses/${status}`;
    const { content = {} } =
      '$ref' in declared
        ? (document.components.responses[declared.$ref.split('/').at(-1) ?? ''] ?? {})
        : declared;
    const media = Object.keys(content);
    if (media.length === 0) return text === '' ? '' : `${status} should have no body`;
    // another form of the same, where the query says which
    const named = media.find((one) => one.replace(/;.*/, '') === type);
    if (named === undefined) {
      const other = type === 'text/csv' && media.includes('application/x-ndjson');
      return other ? '' : `${status} comes as ${type}, not as ${media.join(' or ')}`;
    }
    if (method === 'HEAD' || !/[/+]json$/.test(type)) return '';
    return fits(`${pointer}/content/${escaped(named)}/schema`, JSON.parse(text));
  }

  function problemMisfit(status: number, text: string, bare: boolean): string {
    if (bare) return '';
    const problem = JSON.parse(text) as { readonly type: string };
    const wrong = fits('#/components/schemas/Problem', problem);
    if (wrong !== '') return wrong;
    const code = problem.type.replace('urn:dialgate:problem:', '') as keyof typeof problems;
    if (!Object.hasOwn(problems, code)) return `${problem.type} is no known problem`;
    return problems[code][0] === status ? '' : `${problem.type} comes with ${status}`;
  }

  return { operations, at, misfit };
}

/** RFC 6901, in a fragment. */
const escaped = (name: string): string =>
  encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
