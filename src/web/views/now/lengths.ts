import type { configurationShape } from '../../../http/answers/configuration.ts';
import { get } from '../../api/ask.ts';
import { useAsked } from '../../api/use-asked.ts';
import { durationWords } from '../../time/words.ts';

type Configuration = ReturnType<(typeof configurationShape)['parse']>;

const hour = 3600;
/** How long people say. Seconds. */
const usual = [hour / 2, hour, 2 * hour, 4 * hour, 8 * hour, 12 * hour, 24 * hour] as const;

/** As long as a call opens for: the server fills it in. */
export const asAfterCall = '';

/**
 * For how long something may be opened here: pairs of seconds and their words, the one
 * that a call opens for first. As long as the configuration has not come, that one alone.
 */
export function useLengths(): readonly (readonly [length: string, words: string])[] {
  const { value } = useAsked('lengths', async (signal) => {
    return (await get<Configuration>('/v1/configuration', {}, signal)).access;
  });
  if (!value) return [[asAfterCall, 'As after a call']];
  const { open_for: openFor, longest } = value;
  const others = usual.filter((seconds) => seconds <= longest && seconds !== openFor);
  return [
    [asAfterCall, `${durationWords(openFor)}, as after a call`],
    ...others.map((seconds) => [String(seconds), durationWords(seconds)] as const),
  ];
}

/** As the API takes it. */
export const secondsOf = (length: string): { readonly seconds?: number } =>
  length === asAfterCall ? {} : { seconds: Number(length) };
