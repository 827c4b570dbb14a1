import { parseHeader, splitRow, type Header } from './csv.ts';
import { noHandle } from './ending.ts';
import { readRow } from './row.ts';
import { SampleCutter, type Sample } from './sample.ts';

/** How many lines may stand before the header, or in a row between the rows: warnings, of which a driver has a few. */
const mostStrayLines = 20;

/** A part of a row: it begins with a number, and no sentence has so many commas with so little between them. */
const rowLike = /^(\d{1,4}(,|$)|[^,]{0,64}(, [^,]{0,64}){3})/;

/** What a line was. */
export type Heard =
  | { readonly kind: 'sample'; readonly sample: Sample }
  /** It belongs to a sample that is not complete yet, or says nothing. */
  | { readonly kind: 'line' }
  /** It does not fit the header. */
  | { readonly kind: 'unreadable' }
  /** So many lines, and no header or no row among them: this is not the output of a query. */
  | { readonly kind: 'garbage' };

/** Makes samples of the lines of one `nvidia-smi --query-gpu … -lms`. */
export class Reader {
  readonly #cutter: SampleCutter;
  readonly #preamble: string[] = [];
  #header: Header | null = null;
  /** Lines since the last row that do not fit the header. */
  #strays: string[] = [];
  /** That a GPU has no handle, as it was said since the last row. */
  #complaint: readonly string[] = [];
  #cut = false;

  constructor(cutter: SampleCutter) {
    this.#cutter = cutter;
  }

  /** What was printed before the header, and since the last row: why the program ends, when it does. */
  get words(): string {
    return [...this.#preamble, ...this.#strays, ...this.#complaint].filter((line) => !rowLike.test(line)).join('\n');
  }

  /** The last line was a part of a row or of the header. */
  get cut(): boolean {
    return this.#cut;
  }

  read(line: string): Heard {
    if (line.trim() === '' || line === this.#header?.line) return { kind: 'line' };
    this.#cut = false;
    if (this.#header === null) {
      this.#header = parseHeader(line);
      if (this.#header !== null) return { kind: 'line' };
      if (this.#preamble.length === mostStrayLines) return { kind: 'garbage' };
      this.#preamble.push(line);
      this.#cut = rowLike.test(line);
      return { kind: 'line' };
    }
    const cells = splitRow(line, this.#header);
    if (cells === null) {
      // Newer drivers complain of a GPU without a handle and go on with the others; older ones end with it.
      if (noHandle(line) !== null) {
        this.#complaint = [line];
        return { kind: 'line' };
      }
      if (this.#strays.length === mostStrayLines) return { kind: 'garbage' };
      this.#strays.push(line);
      this.#cut = rowLike.test(line);
      return { kind: 'unreadable' };
    }
    if (this.#strays.length > 0) this.#strays = [];
    if (this.#complaint.length > 0) this.#complaint = [];
    const sample = this.#cutter.add(readRow(cells, this.#header));
    return sample === null ? { kind: 'line' } : { kind: 'sample', sample };
  }
}
