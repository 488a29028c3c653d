import type { configurationShape } from '../../../http/answers/configuration.ts';
import { get } from '../../api/ask.ts';

type Configuration = ReturnType<(typeof configurationShape)['parse']>;

/** What of the configuration is about people. */
export interface Site {
  /** The number that travellers dial, where it is configured. */
  readonly number: string | undefined;
  readonly language: string;
  readonly languages: readonly string[];
  readonly pairing: boolean;
}

/** For administrators and auditors; others may not see the configuration. */
export async function readSite(signal: AbortSignal): Promise<Site> {
  const { telephone, speech, pairing } = await get<Configuration>('/v1/configuration', {}, signal);
  return {
    number: telephone.number,
    language: speech.language,
    languages: speech.languages,
    pairing: pairing.enabled,
  };
}
