import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What a lab could leave on the machine, apart from other labs that run at the same time. */
export interface Traces {
  readonly links: string;
  readonly mounts: string[];
  readonly rules: string;
}

/** The machine's own links, mounts and rules, which no lab may ever touch. */
export function machineTraces(): Traces {
  const run = (program: string, ...args: string[]): string =>
    execFileSync(program, args, { encoding: 'utf8' });
  return {
    links: run('ip', '-brief', 'link'),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '')
      // other tests have namespaces of their own meanwhile
      .filter((mount) => mount !== '' && !mount.startsWith('/run/netns'))
      .toSorted(),
    rules: run('nft', 'list', 'ruleset'),
  };
}

/** Everything on the machine that bears the lab's id. */
export function tracesOf(id: string): string[] {
  const named = (folder: string): string[] =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name.includes(id))
          .map((name) => `${folder}/${name}`)
      : [];
  const processes = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((pid) => {
      try {
        const about = ['environ', 'cmdline'].map((f) => readFileSync(`/proc/${pid}/${f}`, 'utf8'));
        return about.some(
          (text) => text.includes(`DIALGATE_LAB=${id}`) || text.includes(`/${id}/`),
        );
      } catch {
        return false;
      }
    })
    .map((pid) => `process ${pid}`);
  return [...named('/run/netns'), ...named('/run/dialgate-lab'), ...processes];
}
