import { ByteWriter } from './byte-writer.ts';
import type { Column } from './column.ts';
import { familyHeader, type FamilyType, type Format } from './family-header.ts';
import type { Metric } from './metric.ts';
import type { GroupSnapshot } from './series-table.ts';

export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** A family that another library holds, read as data: sample names are written as they are. */
export interface ForeignFamily {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  readonly samples: readonly { readonly name: string; readonly labels: string; readonly value: number }[];
}

/** How many samples are written between two yields: some 50 µs of work. */
const samplesPerSlice = 250;

const lineFeed = 0x0a;

/**
 * Writes a body, and yields between slices so that the caller may let other work run; all values come from the snapshot, so the body
 * is of one moment. A family without samples is not mentioned.
 */
export function* writeExposition(
  writer: ByteWriter,
  format: Format,
  groups: readonly GroupSnapshot[],
  foreign: readonly ForeignFamily[] = [],
): Generator<void, void, undefined> {
  let samples = 0;
  for (const { columns, labels, values, present } of groups) {
    const width = columns.length;
    // The label block of a row stands in each of its series: it is encoded at the first of them.
    const blocks: (Buffer | undefined)[] = [];
    let previous: Metric | undefined;
    for (let first = 0, next; first < width; first = next) {
      next = endOfSpan(columns, first);
      for (let row = 0; row < labels.length; row += 1) {
        for (let index = first; index < next; index += 1) {
          const at = row * width + index;
          const column = columns[index];
          if (present[at] !== 1 || column === undefined) continue;
          if (column.metric !== previous) {
            writer.bytes(column.header[format]);
            previous = column.metric;
          }
          writer.bytes(column.before);
          writer.bytes((blocks[row] ??= Buffer.from(labels[row] ?? '')));
          writer.bytes(column.after);
          writer.ascii(formatValue(values[at] ?? NaN));
          writer.byte(lineFeed);
          samples += 1;
          if (samples % samplesPerSlice === 0) yield;
        }
      }
    }
  }
  for (const family of foreign) {
    if (family.samples.length === 0) continue;
    writer.text(familyHeader(format, family));
    for (const { name, labels, value } of family.samples) {
      writer.text(`${name}${labels === '' ? '' : `{${labels}}`} ${formatValue(value)}\n`);
    }
  }
  if (format === 'openmetrics') writer.text('# EOF\n');
}

/** The parts of a histogram stand together for each row, all else series by series. */
function endOfSpan(columns: readonly Column[], first: number): number {
  const metric = columns[first]?.metric;
  let end = first + 1;
  if (metric?.type === 'histogram') while (columns[end]?.metric === metric) end += 1;
  return end;
}

/** A whole body at once, where nothing waits for the event loop. */
export function expose(
  format: Format,
  groups: readonly GroupSnapshot[],
  foreign: readonly ForeignFamily[] = [],
): string {
  const writer = new ByteWriter(64 * 1024);
  const slices = writeExposition(writer, format, groups, foreign);
  while (slices.next().done !== true);
  return writer.written.toString();
}

/** A double as both formats read it: shortest text that gives the same double again. */
export function formatValue(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}
