/** The items of a list of texts; none where it says so. */
export function listOf(value: string): readonly string[] {
  if (value === 'none') return [];
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
