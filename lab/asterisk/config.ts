import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { small } from './small-configs.ts';

export interface AsteriskConfigOptions {
  /** The directory that everything of this Asterisk lives below; made if absent. */
  readonly directory: string;
  /** `AsteriskHome.modules`. */
  readonly modules: string;
  /** Asterisk's own documents and sounds; it cannot read its configuration without. */
  readonly shared: string;
  /** Where calls arrive (UDP), and from where the audio is sent. */
  readonly sip: { readonly address: string; readonly port: number };
  /** Each call takes two ports. */
  readonly rtp: { readonly first: number; readonly last: number };
  /** On 127.0.0.1. */
  readonly ari: {
    readonly port: number;
    readonly username: string;
    readonly password: string;
    /** `openssl passwd -6` of the password; without it the password stands there in clear. */
    readonly crypt?: string | undefined;
    /** PEM of certificate and key: ARI by https on this port as well. */
    readonly tls?: { readonly port: number; readonly pemFile: string } | undefined;
  };
  /** Default `dialgate`. */
  readonly application?: string | undefined;
  readonly extension: string;
  /** Whose calls are taken: a trusted carrier's, known by its address, or anybody's. */
  readonly callers: 'anyone' | { readonly carrier: string };
  /** No call is longer, in seconds; default 660. */
  readonly longestCall?: number | undefined;
  /** Asterisk's names, the preferred one first; default μ-law and A-law. */
  readonly codecs?: readonly Codec[] | undefined;
  /** How keys are told to the other side; default `auto`: as it wishes. */
  readonly dtmfMode?: 'auto' | 'rfc4733' | 'info' | 'inband' | undefined;
  /** Sends silence where there is no sound, as telephones do; default no. */
  readonly transmitSilence?: boolean | undefined;
  /** Lines of the shipped dialplan that are commented out there and wanted here. */
  readonly uncommented?: RegExp | undefined;
  /** Appended to extensions.conf, which ends within the context of the calls from outside. */
  readonly moreDialplan?: string | undefined;
  /** Appended to pjsip.conf, which ends within the endpoint of the callers when they are anyone. */
  readonly morePjsip?: string | undefined;
  /** More files beside those, by name, for the directory that they will lie in. */
  readonly moreFiles?: ((directory: string) => Readonly<Record<string, string>>) | undefined;
  /** Loaded besides those of modules.conf.example, such as `app_senddtmf.so`. */
  readonly moreModules?: readonly string[] | undefined;
}

export type Codec = 'ulaw' | 'alaw' | 'g722' | 'opus';

/** The directories of one Asterisk, below its `directory`. */
export function asteriskDirectories(
  directory: string,
): Record<'etc' | 'log' | 'run' | 'var', string> {
  return {
    etc: join(directory, 'etc'),
    log: join(directory, 'log'),
    run: join(directory, 'run'),
    var: join(directory, 'var'),
  };
}

/** Writes the whole configuration and returns the path of asterisk.conf. Owned by `uid` when given. */
export function writeAsteriskConfig(options: AsteriskConfigOptions, uid?: number): string {
  const dirs = asteriskDirectories(options.directory);
  for (const dir of [options.directory, ...Object.values(dirs)]) {
    mkdirSync(dir, { recursive: true, mode: 0o750 });
    if (uid !== undefined) chownSync(dir, uid, uid);
  }
  for (const [name, text] of Object.entries(renderAsteriskConfig(options))) {
    const file = join(dirs.etc, name);
    // ari.conf may hold a password, so nobody else reads any of it
    writeFileSync(file, text, { mode: 0o640 });
    if (uid !== undefined) chownSync(file, uid, uid);
  }
  return join(dirs.etc, 'asterisk.conf');
}

/** File name to text: what dialplan/ ships, and around it what an administrator would have already. */
export function renderAsteriskConfig(options: AsteriskConfigOptions): Record<string, string> {
  const { sip, ari, callers } = options;
  const dirs = asteriskDirectories(options.directory);
  return {
    ...small,
    'asterisk.conf': `[directories]
astetcdir => ${dirs.etc}
astmoddir => ${options.modules}
astvarlibdir => ${dirs.var}
astdbdir => ${dirs.var}
astkeydir => ${dirs.var}
astdatadir => ${options.shared}
astagidir => ${options.shared}/agi-bin
astspooldir => ${dirs.var}
astrundir => ${dirs.run}
astlogdir => ${dirs.log}
astcachedir => ${dirs.var}

[options]
verbose = 0
nocolor = yes
hideconnect = yes
mindtmfduration = 20
transmit_silence = ${options.transmitSilence ? 'yes' : 'no'}
`,
    'modules.conf': [
      shipped('modules.conf.example'),
      ...(options.moreModules ?? []).map((module) => `require=${module}\n`),
    ].join(''),
    'http.conf': `[general]
servername=
enabled=yes
bindaddr=127.0.0.1
bindport=${ari.port}
sessionlimit=500
${ari.tls ? `tlsenable=yes\ntlsbindaddr=127.0.0.1:${ari.tls.port}\ntlscertfile=${ari.tls.pemFile}\n` : ''}
[/ari]
type=restriction
deny=0.0.0.0/0
permit=127.0.0.1
`,
    'ari.conf': '[general]\nenabled=yes\n#include ari_dialgate.conf\n',
    'ari_dialgate.conf': shipped('ari_dialgate.conf')
      .replace('[dialgate]', `[${ari.username}]`)
      .replace(/^password_format=.*$/m, `password_format=${ari.crypt ? 'crypt' : 'plain'}`)
      .replace(/^password=.*$/m, `password=${ari.crypt ?? ari.password}`),
    'extensions.conf': `[general]
static=yes
writeprotect=yes

[globals]
DIALGATE_EXTENSION=${options.extension}
#include extensions_dialgate.conf

[from-carrier]
include => dialgate
${options.moreDialplan ?? ''}`,
    'extensions_dialgate.conf': uncommented('extensions_dialgate.conf', options.uncommented)
      .replace('Stasis(dialgate,', `Stasis(${options.application ?? 'dialgate'},`)
      .replace('TIMEOUT(absolute)=660', `TIMEOUT(absolute)=${options.longestCall ?? 660}`),
    'rtp.conf': `[general]\nrtpstart=${options.rtp.first}\nrtpend=${options.rtp.last}\n`,
    'pjsip.conf': `[global]
type=global
endpoint_identifier_order=ip,anonymous

[udp]
type=transport
protocol=udp
bind=${sip.address}:${sip.port}

[${callers === 'anyone' ? 'anonymous' : 'carrier'}]
type=endpoint
context=from-carrier
transport=udp
disallow=all
allow=${(options.codecs ?? ['ulaw', 'alaw']).join(',')}
dtmf_mode=${options.dtmfMode ?? 'auto'}
direct_media=no
media_address=${sip.address}
bind_rtp_to_media_address=yes
rtp_timeout=30
rtp_timeout_hold=60
${callers === 'anyone' ? '' : `\n[carrier]\ntype=identify\nendpoint=carrier\nmatch=${callers.carrier}\n`}
${options.morePjsip ?? ''}`,
    ...options.moreFiles?.(dirs.etc),
  };
}

function shipped(name: string): string {
  return readFileSync(join(packageRoot(import.meta.dirname), 'dialplan', name), 'utf8');
}

function uncommented(name: string, which: RegExp | undefined): string {
  const lines = shipped(name).split('\n');
  return lines.map((l) => (which?.test(l) ? l.replace(/^;/, '') : l)).join('\n');
}

/** From the sources and from dist/ alike. */
function packageRoot(from: string): string {
  return existsSync(join(from, 'dialplan', 'modules.conf.example'))
    ? from
    : packageRoot(dirname(from));
}
