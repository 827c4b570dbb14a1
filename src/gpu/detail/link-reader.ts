import type { SeriesTable } from '../../series/index.ts';
import type { GpuIdentity } from '../addresses.ts';
import type { Row } from '../row.ts';
import type { Errand } from './call.ts';
import { LinkSeries } from './link-series.ts';
import { parseLinks } from './links.ts';
import { rarely, type SmallCalls } from './small-calls.ts';

/** A GPU of the document, with its place there. */
export interface Linked {
  readonly card: GpuIdentity;
  readonly index: number;
  readonly row: Row;
}

/** NVLinks are in no other output. Where a GPU has none, or a driver does not know the command, they are asked for rarely. */
export class LinkReader {
  readonly #calls: SmallCalls;
  readonly #now: () => number;
  readonly #series: LinkSeries;
  /** When links are looked for again, in Unix time. */
  #from = 0;
  #hadLinks = false;

  constructor(table: SeriesTable, calls: SmallCalls, now: () => number) {
    this.#series = new LinkSeries(table);
    this.#calls = calls;
    this.#now = now;
  }

  async read(errand: Errand, gpus: readonly Linked[]): Promise<void> {
    if (this.#now() < this.#from) return;
    const answers: (readonly string[])[] = [];
    let isAnswered = false;
    for (const what of ['nvlink -s', 'nvlink -e', 'nvlink -gt d']) {
      const said = await this.#calls.ask(errand, what);
      answers.push(said ?? []);
      isAnswered ||= said !== null;
      // Of cards without links the other calls say no more.
      if (said !== null && !said.some((line) => /^\s*Link\b/i.test(line))) break;
    }
    const told = parseLinks(answers);
    this.#series.show(
      gpus.filter(({ row }) => row.state !== 'lost'),
      told,
    );
    const hasLinks = told.some(({ links, allInactive }) => links.length > 0 || allInactive);
    this.#hadLinks ||= hasLinks;
    // What names no GPU at all is no answer; when calls that failed are made again is known to them.
    if (isAnswered && !hasLinks && (told.length > 0 || !this.#hadLinks)) this.#from = this.#now() + rarely;
  }

  clear(): void {
    this.#series.clear();
  }
}
