import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** An ordinary `su` leaves the system programs' folders out of PATH. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin'];

/** The path of a program, or undefined. */
export function programPath(name) {
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Runs a program to its end and gives back its status and what it printed (both
 * streams, the last 64 KiB). Never rejects: a program that cannot be started has
 * status 127. `seconds` bounds it; past that it and its children are killed.
 */
export function run(command, args, { tail, env, cwd, seconds = 1800 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      // English messages: some of them are read to find out what is wrong
      env: { ...process.env, PATH: folders.join(delimiter), LC_ALL: 'C', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, seconds * 1000);
    const end = (status) => {
      clearTimeout(timer);
      resolve({ status: late ? 124 : status, output });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-65_536);
        tail?.(text);
      });
    }
    child.once('error', (error) => {
      output += error.message;
      end(127);
    });
    child.once('close', (status, signal) => end(status ?? (signal ? 128 : 1)));
  });
}
