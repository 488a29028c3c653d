import type { Administration } from '../../access/administration.ts';
import type { Actor } from '../../domain/attempt.ts';
import {
  newKnockCodeAnswer,
  newPinAnswer,
  newSheetAnswer,
  newTotpAnswer,
  userAnswer,
} from '../answers.ts';
import { checked } from '../checked.ts';
import { byName, nothing } from '../requests.ts';
import type { Method, Route } from '../route.ts';

/** What a user identifies with. Each of these is asked for with nothing but the user's name. */
export const credentialRoutes = (rules: Administration): Route[] => {
  const route = (
    method: Method,
    what: string,
    answerFor: (name: string, by: Actor) => Promise<unknown>,
  ): Route => ({
    method,
    path: `/v1/users/:name/${what}`,
    async answer({ params, body, by }) {
      const { name } = checked(byName, params);
      checked(nothing, body);
      return { body: await answerFor(name, by) };
    },
  });

  return [
    route('POST', 'pin', async (name, by) => newPinAnswer(await rules.resetPin(name, by))),
    route('POST', 'knock-code', async (name, by) =>
      newKnockCodeAnswer(await rules.newKnockCode(name, by)),
    ),
    route('POST', 'totp', async (name, by) => newTotpAnswer(await rules.newTotp(name, by))),
    route('POST', 'sheet', async (name, by) => newSheetAnswer(await rules.newSheet(name, by))),
    route('DELETE', 'second-factor', async (name, by) =>
      userAnswer(await rules.removeSecondFactor(name, by)),
    ),
  ];
};
