/** JSON, which has no NaN and no infinities: they are written as protobuf's JSON mapping writes them, "NaN" and "Infinity". */
export function writeJson(value: object): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'number' && !Number.isFinite(part) ? String(part) : part,
  );
}
