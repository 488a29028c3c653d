import { readFileSync } from 'node:fs';
import { run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

const format = ['$(REPO_URI)', '$(RELEASE)', '$(COMPONENT)', '$(SOURCESENTRY)'].join('\t');

/**
 * Where this machine gets Debian itself from, and the keyrings that its settings
 * name for it besides Debian's own. apt reads its own settings for us (one-line and deb822 files,
 * options, several addresses), so that we see them exactly as it does.
 *
 * @throws SetupError when the settings name no Debian archive.
 */
export async function debianMirror() {
  const { output } = await run('apt-get', [
    'indextargets',
    '--format',
    format,
    'Created-By: Packages',
  ]);
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const mirror = chooseMirror(output, codename ?? 'stable');
  if (!mirror) {
    throw new SetupError(
      "The machine's apt settings name no archive of Debian itself, which the lab's Asterisk would come from: install your distribution's own (apt-get install asterisk sip-tester), then run this again.",
    );
  }
  return mirror;
}

/**
 * The main archive among `apt-get indextargets` lines (address, release,
 * component, settings file, tab-separated); undefined when there is none.
 */
export function chooseMirror(targets, codename, read = (path) => readFileSync(path, 'utf8')) {
  const releases = new Set([codename, 'stable', 'oldstable', 'testing', 'unstable', 'sid']);
  const candidates = targets
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([, release, component]) => releases.has(release) && component === 'main')
    .map(([uri = '', , , entry = '']) => ({
      uri: plainAddress(uri, read),
      keyrings: keyrings(entry.replace(/:\d+$/, ''), read),
    }))
    .filter(({ uri }) => uri !== undefined);
  // others publish for Debian's releases too, but only Debian calls its archive so
  return candidates.find(({ uri }) => /\/debian\/?$/.test(uri));
}

/** Key files that the settings file names; a key written out in the file itself is left out. */
function keyrings(file, read) {
  try {
    return [...read(file).matchAll(/signed-by[=:]\s*(\/[^\s,\]]+\.(?:gpg|pgp))/gi)].map(
      (m) => m[1],
    );
  } catch {
    return [];
  }
}

/** A list of mirrors (`mirror+file:`, as cloud images have it) stands for its first entry. */
function plainAddress(uri, read) {
  if (/^(https?|file):\//.test(uri)) return uri;
  const list = /^mirror\+file:(\/.*)$/.exec(uri)?.[1]?.replace(/^\/+/, '/').replace(/\/$/, '');
  if (!list) return undefined;
  try {
    const entries = read(list)
      .split('\n')
      .map((line) => line.trim().split(/\s/)[0] ?? '');
    return entries.find((entry) => /^https?:\//.test(entry));
  } catch {
    return undefined;
  }
}

/** debootstrap fetches with wget, which does not know apt's proxy. */
export async function aptProxy() {
  const { output } = await run('apt-config', [
    'dump',
    'Acquire::http::Proxy',
    'Acquire::https::Proxy',
  ]);
  const value = (scheme) =>
    new RegExp(`^Acquire::${scheme}::Proxy "(https?://[^"]+)";`, 'm').exec(output)?.[1];
  const http = value('http');
  const https = value('https') ?? http;
  return { ...(http && { http_proxy: http }), ...(https && { https_proxy: https }) };
}
