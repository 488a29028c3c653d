/** A service is a named group of ports, as in firewalld (`sip`, `web`). */
export function isServiceName(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,15}$/.test(text);
}
