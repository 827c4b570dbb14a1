import type { FindingChange } from '../findings/index.ts';
import { writeJson } from '../json.ts';

export interface StreamEvent {
  readonly change: FindingChange;
  /** As it is sent, https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation. */
  readonly text: string;
}

/** The last changes of findings, each with an id under which a client can go on after it. */
export class EventRing {
  readonly #instance: string;
  readonly #capacity: number;
  readonly #events: StreamEvent[] = [];
  #count = 0;

  /** @param instance another text at every start: what this process does not know must not look like something that it does */
  constructor(instance: string, capacity: number) {
    this.#instance = instance;
    this.#capacity = capacity;
  }

  get lastId(): string {
    return `${this.#instance}-${this.#count}`;
  }

  add(change: FindingChange): StreamEvent {
    this.#count += 1;
    // JSON has no line breaks, so that the data is one line.
    const text = `id: ${this.lastId}\nevent: ${change.change}\ndata: ${writeJson(change)}\n\n`;
    const event = { change, text };
    this.#events.push(event);
    if (this.#events.length > this.#capacity) this.#events.shift();
    return event;
  }

  /** What came after an event; null where it is of another start, or so old that some are forgotten. */
  after(id: string): readonly StreamEvent[] | null {
    const cut = id.lastIndexOf('-');
    const number = /^\d{1,15}$/.test(id.slice(cut + 1)) ? Number(id.slice(cut + 1)) : NaN;
    const missed = this.#count - number;
    if (id.slice(0, cut) !== this.#instance || !(missed >= 0 && missed <= this.#events.length)) return null;
    return missed === 0 ? [] : this.#events.slice(-missed);
  }
}
