import { figure } from '../figure.ts';
import type { Card } from './machine.ts';
import { Rise } from './rise.ts';

export const clockEventReads = [
  'gradwatch_gpu_clock_event_active',
  'gradwatch_gpu_clock_event_seconds_total',
  'gradwatch_gpu_sm_clock_hertz',
  'gradwatch_gpu_max_sm_clock_hertz',
] as const;

/** Reasons that are no choice of anybody, the most telling first: `hw_slowdown` is set together with those before it. */
export const throttling = [
  'hw_thermal_slowdown',
  'hw_power_brake_slowdown',
  'sw_thermal_slowdown',
  'hw_slowdown',
] as const;

/** Seconds between two looks for which a flag stands at most. */
const longestLook = 60;

type CardWithClocks = Card<(typeof clockEventReads)[number]>;

/** For how long the clocks of a card were held down within a window, by reason. */
export class ClockEventTime {
  private readonly events: Readonly<Record<string, { readonly counted: Rise; readonly held: Rise; total: number }>>;
  private lastAt: number | null = null;

  constructor(reasons: readonly string[], windowSeconds: number) {
    this.events = Object.fromEntries(
      reasons.map((reason) => [reason, { counted: new Rise(windowSeconds), held: new Rise(windowSeconds), total: 0 }]),
    );
  }

  /**
   * @param counts whether the time since the last look counts, by reason
   * @returns false where the card tells nothing of its clocks
   */
  push(time: number, card: CardWithClocks, counts: (reason: string) => boolean = () => true): boolean {
    const passed = this.lastAt === null ? 0 : Math.min(time - this.lastAt, longestLook);
    let told = false;
    for (const [reason, event] of Object.entries(this.events)) {
      const active = card.read('gradwatch_gpu_clock_event_active', { reason });
      const counter = card.read('gradwatch_gpu_clock_event_seconds_total', { reason });
      if (active === null && counter === null) continue;
      told = true;
      const counted = counter === null ? 0 : event.counted.push(time, counter);
      // A counter knows what was between two looks; where the driver has none, the flag stands for the time since the last one.
      const seconds = counted > 0 ? Math.min(counted, passed) : active === 1 ? passed : 0;
      if (counts(reason)) event.total += seconds;
      event.held.push(time, event.total);
    }
    if (told) this.lastAt = time;
    return told;
  }

  /** Seconds within the window. */
  seconds(reason: string): number {
    const { held } = this.events[reason] ?? {};
    return held === undefined ? 0 : Math.min(held.rise, held.windowSeconds);
  }
}

/** Whether heat or the power brake holds the clocks of a card down at this moment. */
export function isThrottled(card: Card<'gradwatch_gpu_clock_event_active'>): boolean {
  return throttling.some((reason) => card.read('gradwatch_gpu_clock_event_active', { reason }) === 1);
}

/** How fast the card runs, as the end of a sentence; empty where it does not tell. */
export function clocks(card: CardWithClocks): string {
  const now = card.read('gradwatch_gpu_sm_clock_hertz');
  const most = card.read('gradwatch_gpu_max_sm_clock_hertz');
  if (now === null || most === null) return '';
  return `; its SM clock is ${figure(now / 1e6)} of ${figure(most / 1e6)} MHz`;
}
