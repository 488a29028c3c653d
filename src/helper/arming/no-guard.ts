import type { WireGuardAnswer, WireGuardRequest } from '../../firewall/wire-guard.ts';

/** Where the rules are the administrator's own there is no guard to arm. */
export function noGuard({ id }: WireGuardRequest): Promise<WireGuardAnswer> {
  return Promise.resolve({
    id,
    ok: false,
    error: {
      code: 'declined',
      message:
        'There is no guard here: helper.json says that your own rules decide ("backend"), so they alone turn strangers away.',
    },
  });
}
