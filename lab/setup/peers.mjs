import { ensureUnpacked } from './unpacked.mjs';

/**
 * What dialgate is compared with in the benches: knockd and fwknop, unpacked into the
 * folder that is given back, with the libraries that they need and that are not here.
 */
export function ensurePeers() {
  const peers = ['knockd', 'fwknop-server', 'fwknop-client'];
  return ensureUnpacked('peers', peers, { needs: true });
}
