export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Does this with the rights of the owner, where root runs us: in the server's own folder root must
 * not follow what the server may have put there. Nothing else may be under way meanwhile, as
 * these are the rights of the whole process.
 */
export async function withRightsOf<T>(
  owner: Owner | undefined,
  work: () => T | Promise<T>,
): Promise<T> {
  if (!owner || process.geteuid?.() !== 0) return work();
  const group = process.getegid?.() ?? 0;
  process.setegid?.(owner.gid);
  process.seteuid?.(owner.uid);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(group);
  }
}
