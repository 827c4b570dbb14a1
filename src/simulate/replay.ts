import { captured } from './capture.ts';
import type { Control } from './control.ts';
import { documentFacts } from './document-facts.ts';
import { failure } from './faults.ts';
import type { Query } from './invocation.ts';
import { cell, headerCell, helpText, queryFields, type QueryField } from './query-fields.ts';
import { spoil, type Answer } from './spoil.ts';

/** The rows of a captured query, cells as they were printed. */
interface Table {
  readonly columns: readonly QueryField[];
  readonly rows: readonly (readonly string[])[];
}

/** A driver whose names and aliases are looked up where the capture does not tell its own. */
const aliasDriver = '595';

/**
 * Answers a query with what a real machine printed: rows of its query in the fields that were asked for, its document, its list. A
 * machine of which there is only a document is asked for rows too; they are made of it. Faults of calls and of output are played on
 * top, those of a card are not: the capture has its own.
 */
export function replayed(query: Query, folder: string, control: Control, first: boolean): Answer {
  for (const fault of control.faults) {
    const failed = failure(fault, query.ask, []);
    if (failed !== null) return { stdout: '', stderr: '', code: failed.code, [failed.stream]: `${failed.text}\n` };
  }
  const text = query.ask === 'query-gpu' ? null : captured(folder, control.state, query.ask);
  if (text !== null) return spoil(text, control, query.ask);
  if (query.ask.startsWith('link-')) return spoil('', control, query.ask);
  const table = tableOf(folder, control.state);
  if (table === null || query.ask === 'document')
    return { stdout: '', stderr: `there is no ${query.ask} in the capture ${folder}\n`, code: 1 };
  if (query.ask === 'list') return spoil(listOf(table), control, 'list');
  const unknown = query.fields.find((name) => !offered(folder, control.state, table).has(name));
  if (unknown !== undefined)
    return { stdout: `Field "${unknown}" is not a valid field to query.\n\n`, stderr: '', code: 2 };
  return spoil(project(table, query, first), control, 'query-gpu');
}

/** The help text of the capture, or one of the fields that it has. */
export function replayedHelp(folder: string, state: string | null): string {
  return captured(folder, state, 'help-query-gpu') ?? helpText(tableOf(folder, state)?.columns ?? []);
}

function tableOf(folder: string, state: string | null): Table | null {
  const csv = captured(folder, state, 'query-gpu');
  if (csv !== null) {
    const [header = '', ...rows] = csv.trimEnd().split(/\r?\n/);
    return { columns: header.split(', ').map(columnOf), rows: rows.map((row) => row.split(', ')) };
  }
  const document = captured(folder, state, 'document');
  if (document === null) return null;
  const { driver, cards } = documentFacts(document);
  const columns = queryFields(driver);
  return { columns, rows: cards.map((facts) => columns.map((field) => cell(field, facts, true))) };
}

/** The field of a column, with the aliases that other drivers have for it. */
function columnOf(text: string): QueryField {
  const [, name = text, unit = null] = /^(\S+)(?: \[(.+)\])?$/.exec(text.trim()) ?? [];
  const known = queryFields(aliasDriver).find(({ names }) => names.includes(name));
  return { names: [name, ...(known?.names ?? []).filter((other) => other !== name)], unit };
}

/** Names that a query may use: those of the captured help text, else those of the columns. */
function offered(folder: string, state: string | null, { columns }: Table): ReadonlySet<string> {
  const help = captured(folder, state, 'help-query-gpu');
  const names = columns.flatMap((column) => column.names);
  return new Set([
    ...names,
    ...[...(help ?? '').matchAll(/^"([\w.]+)"|(?<= or )"([\w.]+)"/gm)].map(([, a, b]) => a ?? b ?? ''),
  ]);
}

function project({ columns, rows }: Table, { fields, header, units, ids }: Query, first: boolean): string {
  const places = fields.map((name) => columns.findIndex(({ names }) => names.includes(name)));
  const naming = ['index', 'uuid', 'pci.bus_id'].map((name) => columns.findIndex(({ names }) => names.includes(name)));
  const isWanted = (row: readonly string[]): boolean =>
    (ids ?? []).some((id) => naming.some((place) => sameId(row[place] ?? '', id)));
  const wanted = ids === null ? rows : rows.filter(isWanted);
  const title = fields.map((name, at) => {
    const column = columns[places[at] ?? -1];
    return column === undefined ? name : headerCell(column);
  });
  const lines = wanted.map((row) =>
    places.map((place) => {
      const [text = '[N/A]', unit] = [row[place], columns[place]?.unit];
      return units || unit === null || unit === undefined || !text.endsWith(` ${unit}`)
        ? text
        : text.slice(0, -unit.length - 1);
    }),
  );
  return [...(first && header ? [title] : []), ...lines].map((line) => `${line.join(', ')}\n`).join('');
}

/** Whether a cell is the index, UUID or bus id that is meant; the domain of a bus id may be written shorter. */
function sameId(text: string, id: string): boolean {
  const shortest = (name: string): string => name.toLowerCase().replace(/^0+(?=\w{4}:)/, '');
  return shortest(text) === shortest(id);
}

function listOf({ columns, rows }: Table): string {
  const at = (row: readonly string[], name: string): string =>
    row[columns.findIndex(({ names }) => names.includes(name))] ?? '';
  return rows.map((row, index) => `GPU ${index}: ${at(row, 'name')} (UUID: ${at(row, 'uuid')})\n`).join('');
}
