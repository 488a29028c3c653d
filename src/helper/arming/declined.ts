import type { WireGuardErrorCode } from '../../firewall/wire-guard.ts';

/** A request of root's that cannot be done now, or should not; `code` goes back to the sender. */
export class Declined extends Error {
  override readonly name = 'Declined';
  readonly code: WireGuardErrorCode;

  constructor(code: WireGuardErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
