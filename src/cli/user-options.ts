import { Option, type Command } from 'commander';
import { isEmail } from '../domain/email.ts';
import { isServiceName } from '../domain/service.ts';
import {
  attestations,
  callerPolicies,
  pairings,
  type Attestation,
  type CallerPolicy,
  type Pairing,
} from '../domain/user.ts';
import { isLanguage, isLikeANumber, mostNumbers, mostServices } from '../http/user-settings.ts';
import { fitting, several } from './words.ts';

const service = fitting(
  isServiceName,
  'A service is named with small letters, digits and -, such as web.',
);
const language = fitting(isLanguage, 'A language is two or three letters, such as en.');
const email = fitting(isEmail, 'An e-mail address is written such as mira@example.net.');
const number = fitting(
  isLikeANumber,
  'A telephone number is written with digits, spaces and ( ) . / -, such as "+1 555 0123".',
);

/** As commander leaves them: `false` where the option was written with `no-`. */
export interface UserOptions {
  readonly service?: string[] | false;
  readonly language?: string | false;
  readonly number?: string[] | false;
  readonly callers?: CallerPolicy;
  readonly attestation?: Attestation | false;
  readonly pairing?: Pairing;
  readonly email?: string | false;
}

export function withUserOptions(command: Command): Command {
  return command
    .option(
      '--service <name...>',
      'services that this user opens, instead of the usual ones',
      several(service, mostServices),
    )
    .option('--no-service', 'the usual services')
    .option('--language <code>', 'the language that this user hears, such as es', language)
    .option('--no-language', 'the language of the number dialled')
    .option(
      '--number <number...>',
      'telephones known to be theirs, such as +15550123; the first is the one to call back',
      several(number, mostNumbers),
    )
    .option('--no-number', 'no telephone is known to be theirs')
    .addOption(
      new Option('--callers <which>', 'from which telephones they may call').choices(
        callerPolicies,
      ),
    )
    .addOption(
      new Option('--attestation <level>', 'the least that a carrier must vouch for').choices(
        attestations,
      ),
    )
    .option('--no-attestation', 'no carrier need vouch for anything')
    .addOption(
      new Option('--pairing <how>', 'which ports a browser is pointed at to be recognised').choices(
        pairings,
      ),
    )
    .option('--email <address>', 'where they are told of what is opened in their name', email)
    .option('--no-email', 'they are told nothing');
}

type Settings = Readonly<Record<string, unknown>>;

/** What the API is asked for; undefined leaves it as it is. */
export function settingsOf(options: UserOptions): Settings {
  const { service, language, number, callers, attestation, pairing, email: mail } = options;
  return {
    services: service === false ? [] : service,
    language: language === false ? null : language,
    numbers: number === false ? [] : number,
    callerPolicy: callers,
    leastAttestation: attestation === false ? null : attestation,
    pairing,
    email: mail === false ? null : mail,
  };
}

/** The same; wrong words when no option names anything to change. */
export function changesOf(options: UserOptions, command: Command): Settings {
  const settings = settingsOf(options);
  if (Object.values(settings).every((setting) => setting === undefined)) {
    const names = command.options
      .filter((option) => !option.negate && option.attributeName() !== 'json')
      .map((option) => option.long);
    command.error(`error: nothing is named that is to change; there is ${names.join(', ')}`);
  }
  return settings;
}
