/** The key paths of the options whose values differ, for example `gpu.interval`. */
export function changedKeys(before: object, after: object, path: readonly string[] = []): readonly string[] {
  const old = new Map<string, unknown>(Object.entries(before));
  const fresh = new Map<string, unknown>(Object.entries(after));
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key) => {
    const [one, other] = [old.get(key), fresh.get(key)];
    const here = [...path, key];
    if (isGroup(one) && isGroup(other)) return changedKeys(one, other, here);
    return JSON.stringify(one) === JSON.stringify(other) ? [] : [here.join('.')];
  });
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
