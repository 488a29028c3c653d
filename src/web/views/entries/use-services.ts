import type { Items } from '../../../http/answers/common.ts';
import type { ServiceAnswer } from '../../../http/answers/status.ts';
import { get } from '../../api/ask.ts';
import { useAsked } from '../../api/use-asked.ts';

/** What can be let in to, as pairs of a name and its words. */
export function useServices(): readonly (readonly [string, string])[] {
  const { value } = useAsked('services', (signal) =>
    get<Items<ServiceAnswer>>('/v1/services', undefined, signal),
  );
  return (value?.items ?? []).map(({ name, usual }) => [name, usual ? `${name} (usual)` : name]);
}
