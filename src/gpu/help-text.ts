/**
 * The field names that `nvidia-smi --help-query-gpu` offers. A field's line consists of its names alone, `"name"` or
 * `"name" or "alias"`; quotes also stand inside the sentences below it (`"0: Default" means …`), which are not names.
 */
export function offeredFields(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const line of text.split('\n')) {
    if (!/^\s*"[\w.-]+"(\s+or\s+"[\w.-]+")*\s*$/.test(line)) continue;
    for (const [, name] of line.matchAll(/"([\w.-]+)"/g)) if (name !== undefined) names.add(name);
  }
  return names;
}
