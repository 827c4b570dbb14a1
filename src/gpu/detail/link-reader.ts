import type { SeriesTable } from '../../series/index.ts';
import type { GpuIdentity } from '../addresses.ts';
import type { Row } from '../row.ts';
import type { Errand } from './call.ts';
import { LinkSeries } from './link-series.ts';
import { parseLinks, type GpuLinks } from './links.ts';
import { rarely, type SmallCalls } from './small-calls.ts';
import { Turns } from './turns.ts';

/** A GPU of the document, with its place there. */
export interface Linked {
  readonly card: GpuIdentity;
  readonly index: number;
  readonly row: Row;
}

/** What the calls said; null: none of them was answered. */
type Answer = readonly GpuLinks[] | null;

const calls = ['nvlink -s', 'nvlink -e', 'nvlink -gt d'];

/**
 * NVLinks are in no other output. Where a GPU has none, or a driver does not know the command, they are asked for rarely. While one
 * GPU without a handle fails the calls for all, the others are asked one by one: what each said last is shown until its next turn.
 */
export class LinkReader {
  readonly #calls: SmallCalls;
  readonly #now: () => number;
  readonly #series: LinkSeries;
  readonly #turns: Turns;
  /** What was said last, by GPU: its label may change. */
  readonly #told = new Map<string, GpuLinks>();
  /** When links are looked for again, in Unix time. */
  #from = 0;
  #hadLinks = false;

  constructor(table: SeriesTable, calls: SmallCalls, now: () => number) {
    this.#series = new LinkSeries(table);
    this.#calls = calls;
    this.#now = now;
    this.#turns = new Turns(now);
  }

  async read(errand: Errand, gpus: readonly Linked[]): Promise<void> {
    if (this.#now() < this.#from) return;
    const cards = gpus.filter(({ row }) => row.state !== 'lost');
    const answer = await this.#ask(errand);
    const isAnswered = answer === 'no_handle' ? await this.#askOneByOne(errand, cards) : answer !== null;
    if (answer !== 'no_handle') this.#takeAll(answer ?? [], cards);
    this.#series.show(
      cards.flatMap(({ card }) => {
        const told = this.#told.get(keyOf(card));
        return told === undefined ? [] : { card, told };
      }),
    );
    const hasLinks = [...this.#told.values()].some(({ links, allInactive }) => links.length > 0 || allInactive);
    this.#hadLinks ||= hasLinks;
    // What names no GPU at all is no answer; when calls that failed are made again is known to them.
    if (isAnswered && !hasLinks && (this.#told.size > 0 || !this.#hadLinks)) this.#from = this.#now() + rarely;
  }

  clear(): void {
    this.#told.clear();
    this.#series.clear();
  }

  async #ask(errand: Errand, gpu?: string): Promise<Answer | 'no_handle'> {
    const answers: (readonly string[])[] = [];
    let isAnswered = false;
    for (const what of calls) {
      const said = await this.#calls.ask(errand, what, gpu);
      if (said === 'no_handle') return said;
      answers.push(said ?? []);
      isAnswered ||= said !== null;
      // Of cards without links the other calls say no more.
      if (said !== null && !said.some((line) => /^\s*Link\b/i.test(line))) break;
    }
    return isAnswered ? parseLinks(answers) : null;
  }

  #takeAll(told: readonly GpuLinks[], cards: readonly Linked[]): void {
    this.#told.clear();
    for (const { card, index } of cards) {
      const own = told.find(({ uuid, index: at }) => (uuid === null ? at === index : uuid === card.uuid));
      if (own !== undefined) this.#told.set(keyOf(card), own);
    }
  }

  /** @returns whether each had its turn, and one of them answered */
  async #askOneByOne(errand: Errand, cards: readonly Linked[]): Promise<boolean> {
    const byBus = new Map(cards.flatMap(({ card, row: { bus } }) => (bus === null ? [] : [[bus, card] as const])));
    const keys = new Set([...byBus.values()].map(keyOf));
    for (const key of this.#told.keys()) if (!keys.has(key)) this.#told.delete(key);
    let isAnswered = false;
    const isRound = await this.#turns.take([...byBus.keys()], async (bus) => {
      const answer = await this.#ask(errand, bus);
      const card = byBus.get(bus);
      if (card === undefined) return;
      this.#told.delete(keyOf(card));
      if (answer === null || answer === 'no_handle') return;
      isAnswered = true;
      const own = answer.find(({ uuid }) => uuid === null || uuid === card.uuid);
      if (own !== undefined) this.#told.set(keyOf(card), own);
    });
    return isRound && isAnswered;
  }
}

function keyOf({ uuid, gpu }: GpuIdentity): string {
  return uuid === '' ? gpu : uuid;
}
