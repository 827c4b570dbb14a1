/** Of each memory of a card: its total, and what can be no more than that, by the ids of the fields. */
const memories: readonly (readonly [total: string, parts: readonly string[]])[] = [
  ['memoryTotal', ['memoryUsed', 'memoryFree', 'memoryReserved']],
  ['bar1Total', ['bar1Used', 'bar1Free']],
  ['protectedMemoryTotal', ['protectedMemoryUsed', 'protectedMemoryFree']],
];

/**
 * Takes out of the values of a card what is more than the memory of which it is a part. Where the total itself was impossible, say in
 * a wrong unit, its parts cannot be trusted either.
 * @param impossible ids of fields whose value was impossible by itself
 * @returns the ids of what was taken out
 */
export function takeOutBeyondTotal(values: Map<string, number>, impossible: ReadonlySet<string>): readonly string[] {
  return memories.flatMap(([total, parts]) => {
    const most = impossible.has(total) ? -1 : (values.get(total) ?? Infinity);
    return parts.filter((part) => (values.get(part) ?? -1) > most && values.delete(part));
  });
}
