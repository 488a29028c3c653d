/** Every lab of this machine has a record and a folder here. */
export const labsFolder = '/run/dialgate-lab';

/** Set for every process of a lab, with the lab's id, so that no pid need be remembered. */
export const labVariable = 'DIALGATE_LAB';

export type Place = 'server' | 'carrier' | 'roaming';

/** What a lab will make, written down before it makes any of it. */
export interface LabRecord {
  readonly id: string;
  readonly owner: { readonly pid: number; readonly startTime: number };
  readonly folder: string;
  readonly namespaces: Readonly<Record<Place, string>>;
}
