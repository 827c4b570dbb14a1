import type { Ending } from './ending.ts';
import { driverDevices } from './pci.ts';
import type { Sample } from './sample.ts';

/** Which GPUs can be asked: one without a handle fails every query that includes it, and would silence all others. */
export class Reach {
  readonly #procRoot: string;
  /** Index by bus id of every GPU that was ever in a sample. */
  readonly #seen = new Map<string, number | null>();
  readonly #unreachable = new Set<string>();
  /** There is one without a handle whose bus id is not known. */
  #nameless = false;
  #everSeen = false;

  constructor(procRoot: string) {
    this.#procRoot = procRoot;
  }

  /** Whether there was any GPU in a sample. */
  get everSeen(): boolean {
    return this.#everSeen;
  }

  /** Bus ids of the GPUs without a handle. */
  get unreachable(): readonly string[] {
    return [...this.#unreachable];
  }

  /** Bus ids to ask for; null to ask for all GPUs: none has to be left out, or no other is known. An empty list would ask for none. */
  get asked(): readonly string[] | null {
    const { others } = this;
    return others.length === 0 || (this.#unreachable.size === 0 && !this.#nameless) ? null : others;
  }

  /** Bus ids of the GPUs that have a handle as far as is known. */
  get others(): readonly string[] {
    // Among those that the kernel module holds is the one whose bus id is not known.
    const held = this.#nameless && this.#everSeen ? [] : driverDevices(this.#procRoot);
    const all = new Set([...this.#seen.keys(), ...held]);
    return [...all].filter((bus) => !this.#unreachable.has(bus)).sort();
  }

  saw({ rows }: Sample): void {
    this.#everSeen ||= rows.length > 0;
    for (const { bus, index } of rows) if (bus !== null) this.#seen.set(bus, index);
  }

  /** Leaves a GPU out. @returns whether that helps: it was not left out before, and there are others to ask */
  leaveOut({ bus, index }: Extract<Ending, { kind: 'no_handle' }>): boolean {
    const named = bus ?? [...this.#seen].find(([, seen]) => seen !== null && seen === index)?.[0];
    const isNew = named === undefined ? !this.#nameless : !this.#unreachable.has(named);
    if (named === undefined) this.#nameless = true;
    else this.#unreachable.add(named);
    return isNew && this.others.length > 0;
  }

  /** Asks for all again: the GPU that was left out may be back. */
  reset(): void {
    this.#unreachable.clear();
    this.#nameless = false;
  }
}
