import { Option, type Command } from 'commander';
import {
  attestations,
  callerPolicies,
  pairings,
  type Attestation,
  type CallerPolicy,
  type Pairing,
} from '../domain/user.ts';

/** As commander leaves them: `false` where the option was written with `no-`. */
export interface UserOptions {
  readonly service?: string[] | false;
  readonly language?: string | false;
  readonly number?: string[] | false;
  readonly callers?: CallerPolicy;
  readonly attestation?: Attestation | false;
  readonly pairing?: Pairing;
}

export function withUserOptions(command: Command): Command {
  return command
    .option('--service <name...>', 'services that this user opens, instead of the usual ones')
    .option('--no-service', 'the usual services')
    .option('--language <code>', 'the language that this user hears, such as es')
    .option('--no-language', 'the language of the number dialled')
    .option(
      '--number <number...>',
      'telephones known to be theirs, such as +15550123; the first is the one to call back',
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
    );
}

/** What the API is asked for; undefined leaves it as it is. */
export function settingsOf(options: UserOptions): Readonly<Record<string, unknown>> {
  const { service, language, number, callers, attestation, pairing } = options;
  return {
    services: service === false ? [] : service,
    language: language === false ? null : language,
    numbers: number === false ? [] : number,
    callerPolicy: callers,
    leastAttestation: attestation === false ? null : attestation,
    pairing,
  };
}
