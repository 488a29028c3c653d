import { readlinkSync } from 'node:fs';

/** The kernel's name of the PID namespace that holds all others: PROC_PID_INIT_INO of linux/proc_ns.h. */
const outermost = 'pid:[4026531836]';

/** What we change may be heard of so much later. Milliseconds. */
const echo = 1000;

/**
 * Whether a process id in a message of the kernel is what we call by that number. The
 * kernel counts as the host does; in a container (LXC, nspawn) we count otherwise.
 */
export function idsAreTheKernels(): boolean {
  try {
    return readlinkSync('/proc/self/ns/pid') === outermost;
  } catch {
    return false;
  }
}

/**
 * When this process has nft change something: in a container all by which our own changes can
 * be told from those of others. One for the process, as there is one kernel.
 */
class OwnWork {
  #underWay = 0;
  #until = 0;

  /** To be called when it is done, however it ended. */
  begin(): () => void {
    this.#underWay++;
    return () => {
      this.#underWay--;
      this.#until = performance.now() + echo;
    };
  }

  /** Whether something is under way, or was a moment ago. */
  get isFresh(): boolean {
    return this.#underWay > 0 || performance.now() < this.#until;
  }
}

export const ownWork = new OwnWork();
