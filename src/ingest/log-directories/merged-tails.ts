import type { Writer } from '../../scalars/index.ts';
import type { EventTail } from './event-tail.ts';

/** How long events of validation data wait for those of the training before them, which another writer may flush later, seconds. */
const flushSeconds = 300;

export interface Followed {
  readonly tail: EventTail;
  readonly writer: Writer;
}

/** The files of one rank, read in the order in which their writers wrote events. */
export class MergedTails {
  readonly #files = new Map<string, Followed>();

  get all(): readonly EventTail[] {
    return [...this.#files.values()].map(({ tail }) => tail);
  }

  of(path: string): EventTail | undefined {
    return this.#files.get(path)?.tail;
  }

  add(tail: EventTail, writer: Writer): void {
    this.#files.set(tail.path, { tail, writer });
  }

  remove(path: string): void {
    this.#files.delete(path);
  }

  /**
   * The file whose next event is the oldest; null where there is none, or a file has to be read first and may not. Events of validation
   * data wait for the training to tell what was before them.
   * @param now Unix seconds
   */
  async first(read: (tail: EventTail) => Promise<boolean>, now: number): Promise<Followed | null> {
    let first: Followed | null = null;
    let time = Infinity;
    for (const followed of this.#files.values()) {
      const { tail } = followed;
      while (tail.next === undefined && tail.backlog > 0) if (!(await read(tail))) return null;
      const { next } = tail;
      if (next === undefined || !this.#isDue(followed.writer, next.time, now)) continue;
      if (first === null || next.time < time) [first, time] = [followed, next.time];
    }
    return first;
  }

  #isDue(writer: Writer, time: number, now: number): boolean {
    if (writer === 'training' || now - time >= flushSeconds) return true;
    const trainings = [...this.#files.values()].filter((other) => other.writer === 'training');
    return trainings.length === 0 || trainings.some(({ tail }) => tail.readUntil >= time);
  }
}
