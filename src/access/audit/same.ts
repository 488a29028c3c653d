/** Whether two hashes are the same; who asks has the key, so the time it takes tells nobody anything. */
export const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
