import { Rise } from './rise.ts';
import type { Sample } from './samples.ts';

/** Seconds over which a counter becomes a rate: collectors read every 15 s, and not at the same time. */
const seconds = 60;

/** How fast counters rise, those of several devices added up. One that comes, goes or begins anew is no jump of the sum. */
export class Rates {
  private readonly byName = new Map<string, Map<string, Rise>>();

  /** The rate of all series of a name; null before it is known for a whole window, and where there are none. */
  of(name: string, time: number, samples: readonly Sample[]): number | null {
    const before = this.byName.get(name);
    const rises = new Map<string, Rise>();
    for (const { labels, value } of samples) {
      const key = [...labels.values()].join();
      const rise = before?.get(key) ?? new Rise(seconds);
      rise.push(time, value);
      rises.set(key, rise);
    }
    this.byName.set(name, rises);
    const known = [...rises.values()].filter((rise) => rise.span(time) >= seconds);
    return known.length === 0 ? null : known.reduce((sum, rise) => sum + rise.rise / rise.span(time), 0);
  }
}
