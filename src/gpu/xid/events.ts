import * as v from 'valibot';
import { parseMessage, type SxidSeverity } from './message.ts';
import type { KernelRecord } from './record.ts';

/** An error of a GPU or of an NVLink switch. `bus` is empty where the kernel did not say which. */
export type DriverEvent =
  | { readonly kind: 'xid'; readonly bus: string; readonly code: number }
  | { readonly kind: 'sxid'; readonly bus: string; readonly code: number; readonly severity: SxidSeverity };

/** The Xid of a card that fell off the bus. */
const fallenCode = 79;
/** The driver tells of one fall in several ways, at once. */
const sameFallMicroseconds = 10_000_000;
/** Records of one message follow each other at once. */
const sameMessageMicroseconds = 1_000_000;

const origins = ['xid', 'fallen'] as const;

interface Fall {
  readonly at: number;
  readonly origin: (typeof origins)[number];
}

/** What {@link DriverEvents} remembers, as it outlives the exporter. */
export const savedEvents = v.object({
  about: v.nullable(v.object({ bus: v.string(), at: v.number() })),
  falls: v.array(v.object({ bus: v.string(), at: v.number(), origin: v.picklist(origins) })),
});
export type SavedEvents = v.InferOutput<typeof savedEvents>;

/** Makes events of records, in their order: one of a message in several records, and one of a fall that is told with its Xid and without. */
export class DriverEvents {
  #about: { readonly bus: string; readonly at: number } | null = null;
  readonly #falls = new Map<string, Fall>();

  of({ fromKernel, text, microseconds: at }: KernelRecord): DriverEvent | null {
    const message = fromKernel ? parseMessage(text) : null;
    if (message === null) return null;
    switch (message.kind) {
      case 'about':
        this.#about = { bus: message.bus, at };
        return null;
      case 'fallen': {
        const about = this.#about !== null && at - this.#about.at <= sameMessageMicroseconds ? this.#about.bus : '';
        this.#about = null;
        return this.#fall(message.bus ?? about, { at, origin: 'fallen' });
      }
      case 'xid': {
        const bus = message.bus ?? '';
        if (message.code === fallenCode) return this.#fall(bus, { at, origin: 'xid' });
        return { kind: 'xid', bus, code: message.code };
      }
      case 'sxid':
        return { ...message, bus: message.bus ?? '' };
    }
  }

  /** Forgets what it remembers: another boot has another clock. */
  clear(): void {
    this.#about = null;
    this.#falls.clear();
  }

  /** What it remembers, as plain data. */
  save(): SavedEvents {
    return { about: this.#about, falls: [...this.#falls].map(([bus, fall]) => ({ bus, ...fall })) };
  }

  restore({ about, falls }: SavedEvents): void {
    this.#about = about;
    for (const { bus, at, origin } of falls.slice(0, mostSlots)) this.#falls.set(bus, { at, origin });
  }

  #fall(bus: string, fall: Fall): DriverEvent | null {
    const told = this.#falls.get(bus);
    if (told !== undefined && told.origin !== fall.origin && fall.at - told.at <= sameFallMicroseconds) return null;
    // As many as there are slots: a kernel that tells of more is not believed.
    if (this.#falls.size >= mostSlots && told === undefined) this.#falls.clear();
    this.#falls.set(bus, fall);
    return { kind: 'xid', bus, code: fallenCode };
  }
}

const mostSlots = 256;
