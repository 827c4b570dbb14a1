/** A cell within quotation marks, or one without, and what ends it. */
const cellAt = /\s*(?:"([^"]*(?:""[^"]*)*)"\s*|([^,]*))(?:,|$)/y;
/** A cell whose quotation does not end. */
const openAt = /\s*"[^"]*(?:""[^"]*)*$/y;

/**
 * The cells of a record of CSV, without spaces around them (RFC 4180, section 2).
 * @returns null where the record ends within a quotation: it goes on in the next line
 */
export function cellsOf(record: string): readonly string[] | null {
  if (!record.includes('"')) return record.split(',').map((cell) => cell.trim());
  const cells: string[] = [];
  for (let at = 0; at <= record.length; at = cellAt.lastIndex) {
    openAt.lastIndex = cellAt.lastIndex = at;
    if (openAt.test(record)) return null;
    const [whole = '', quoted, bare = ''] = cellAt.exec(record) ?? [];
    cells.push(quoted === undefined ? bare.trim() : quoted.replaceAll('""', '"').trim());
    if (!whole.endsWith(',')) break;
  }
  return cells;
}
