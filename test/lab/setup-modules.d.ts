// The set-up runs before anything is compiled, so it is plain JavaScript; this is its shape.

declare module '*/setup/build.mjs' {
  export function ensureBuild(root: string): Promise<void>;
}
declare module '*/setup/abilities.mjs' {
  export function recordAbilities(root: string): Promise<unknown>;
}
declare module '*/setup/lock.mjs' {
  export function startTimeOf(pid: number): number | undefined;
  export function ownerOf(file: string): number | undefined;
  export function withLock<T>(
    file: string,
    work: () => Promise<T> | T,
    options?: { onWait?: (pid: number) => void; waitSeconds?: number },
  ): Promise<T>;
}
declare module '*/setup/debian-mirror.mjs' {
  export function chooseMirror(
    targets: string,
    codename: string,
    read?: (path: string) => string,
  ): { uri: string; keyrings: string[] } | undefined;
}
declare module '*/setup/machine.mjs' {
  export function checkMachine(machine?: {
    platform?: string;
    node?: string;
    uid?: number;
    find?: (program: string) => string | undefined;
  }): void;
}
declare module '*/setup/npm-packages.mjs' {
  export function installed(root: string): boolean;
  export function npmFailure(output: string, registry: string): Error;
}
declare module '*/setup/debian-packages.mjs' {
  export function missingPrograms(
    programs: readonly string[],
    find?: (program: string) => string | undefined,
  ): string[];
  export function aptFailure(output: string, packages: readonly string[]): Error;
}
declare module '*/setup/asterisk-root.mjs' {
  export function complete(root: string): boolean;
}
declare module '*/setup/progress.mjs' {
  export function elapsed(ms: number): string;
}
