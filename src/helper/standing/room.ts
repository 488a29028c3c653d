/** Of a set of hosts: room for a day's comings and goings, not only for those who stand. 0 stays 0. */
export const roomFor = (most: number): number => (most === 0 ? 0 : 2 * most + 65_536);
