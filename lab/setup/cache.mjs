/** What is fetched once for all checkouts of this machine lies here. */
export function cacheFolder(env = process.env) {
  return env.DIALGATE_CACHE ?? '/var/cache/dialgate';
}
