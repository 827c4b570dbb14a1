import type { Ending } from './ending.ts';
import { driverDevices } from './pci.ts';
import type { Sample } from './sample.ts';

/** Which GPUs can be asked: one without a handle fails every query that includes it, and would silence all others. */
export class Reach {
  readonly #procRoot: string;
  /** Index by bus id of every GPU that was ever in a sample. */
  readonly #seen = new Map<string, number | null>();
  readonly #unreachable = new Set<string>();
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

  /** Bus ids to ask for, null to ask for all GPUs. */
  get asked(): readonly string[] | null {
    return this.#unreachable.size === 0 ? null : this.others;
  }

  /** Bus ids of the GPUs that have a handle as far as is known. */
  get others(): readonly string[] {
    const all = new Set([...this.#seen.keys(), ...driverDevices(this.#procRoot)]);
    return [...all].filter((bus) => !this.#unreachable.has(bus)).sort();
  }

  saw({ rows }: Sample): void {
    this.#everSeen ||= rows.length > 0;
    for (const { bus, index } of rows) if (bus !== null) this.#seen.set(bus, index);
  }

  /** Leaves a GPU out. @returns whether that helps: it was not left out before, and there are others to ask */
  leaveOut({ bus, index }: Extract<Ending, { kind: 'no_handle' }>): boolean {
    const named = bus ?? [...this.#seen].find(([, seen]) => seen !== null && seen === index)?.[0];
    if (named === undefined) return false;
    const isNew = !this.#unreachable.has(named);
    this.#unreachable.add(named);
    return isNew && this.others.length > 0;
  }

  /** Asks for all again: the GPU that was left out may be back. */
  reset(): void {
    this.#unreachable.clear();
  }
}
