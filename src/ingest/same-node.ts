/** Whether two names are those of one node: some programs tell the host name with its domain, others without. */
export function sameNode(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (a === b) return true;
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a];
  return !shorter.includes('.') && longer.startsWith(`${shorter}.`);
}
