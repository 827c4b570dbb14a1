import { SlidingWindow } from '../../stats/index.ts';
import type { Card, Machine } from './machine.ts';
import { Rise } from './rise.ts';

/** Looks within the window, ten minutes, and those from which it is judged. */
export const looks = 120;

export const cardUseReads = [
  'gradwatch_gpu_utilization_ratio',
  'gradwatch_gpu_memory_used_bytes',
  'gradwatch_gpu_memory_total_bytes',
] as const;

/** How the GPUs of a run were used over the last ten minutes. */
export class CardUse {
  private readonly windows = new Map<string, SlidingWindow>();

  /** Takes the values of these cards; those of others are dropped. */
  push<Taken extends Card>(cards: readonly Taken[], value: (card: Taken) => number | null): void {
    for (const key of this.windows.keys()) if (!cards.some((card) => card.key === key)) this.windows.delete(key);
    for (const card of cards) {
      const now = value(card);
      if (now === null) continue;
      const window = this.windows.get(card.key) ?? new SlidingWindow(looks);
      this.windows.set(card.key, window);
      window.push(now);
    }
  }

  /** The share of all looks at which values are not larger; null before there are enough. */
  quantile(card: Card, share: number): number | null {
    const window = this.windows.get(card.key);
    if (window === undefined || window.size < looks) return null;
    return window.quantile(share);
  }

  mean(card: Card): number | null {
    const window = this.windows.get(card.key);
    if (window === undefined || window.size < looks) return null;
    return window.sorted.reduce((sum, value) => sum + value, 0) / looks;
  }
}

/** Seconds over which the use of CPUs is taken. */
const cpuSeconds = 15;
const modes = ['user', 'nice', 'system', 'irq', 'softirq', 'steal', 'idle', 'iowait'] as const;

export const cpuReads = ['gradwatch_node_cpu_seconds_total'] as const;

/** What the CPUs of the node did of late, as shares of their time. */
export class CpuUse {
  private readonly byMode = Object.fromEntries(modes.map((mode) => [mode, new Rise(cpuSeconds)]));

  push(machine: Machine<(typeof cpuReads)[number]>): void {
    for (const mode of modes) {
      const seconds = machine.read('gradwatch_node_cpu_seconds_total', { mode });
      if (seconds !== null) this.byMode[mode]?.push(machine.time, seconds);
    }
  }

  /** Null while it is not known. */
  get busy(): number | null {
    return this.share(modes.filter((mode) => mode !== 'idle' && mode !== 'iowait'));
  }

  get iowait(): number | null {
    return this.share(['iowait']);
  }

  private share(of: readonly string[]): number | null {
    const total = modes.reduce((sum, mode) => sum + (this.byMode[mode]?.rise ?? 0), 0);
    return total > 0 ? of.reduce((sum, mode) => sum + (this.byMode[mode]?.rise ?? 0), 0) / total : null;
  }
}
