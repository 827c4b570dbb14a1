import { Histogram, type Row, type SavedHistogram, type SeriesTable } from '../series/index.ts';
import type { Cleaned } from './cleaned.ts';
import { FieldWindow } from './field-window.ts';
import { stepBounds } from './bucket-bounds.ts';
import type { StepValues } from './observation.ts';
import type { RankLabels } from './report-series.ts';
import { durationMetrics, windowMetrics } from './window-metrics.ts';

const windowed = ['loss', 'gradient_norm', 'step_seconds'] as const;
type Windowed = (typeof windowed)[number];

/** The groups of series of windows. */
export type WindowSeries = ReturnType<typeof windowSeries>;

export function windowSeries(table: SeriesTable) {
  const labels = ['run', 'rank'] as const;
  return {
    loss: table.group(labels, windowMetrics.loss),
    gradient_norm: table.group(labels, windowMetrics.gradient_norm),
    step_seconds: table.group(labels, windowMetrics.step_seconds),
    durations: table.group(labels, durationMetrics),
  };
}

/**
 * What happens between two scrapes of a rank: extremes of each window of the clock, and a histogram of the durations of its steps. Windows
 * go by the time of arrival, so a report never comes too late for its own. What a rank does not report has no rows.
 */
export class StepWindows {
  readonly #series: WindowSeries;
  readonly #labels: RankLabels;
  readonly #cleaned: Cleaned;
  readonly #fields: Record<Windowed, FieldWindow | null> = { loss: null, gradient_norm: null, step_seconds: null };
  #durationRow: Row<'duration'> | null = null;
  #durations: Histogram<'duration'> | null = null;
  /** Which window is open: a number of windows since 1970. */
  #open = -1;

  constructor(series: WindowSeries, labels: RankLabels, cleaned: Cleaned) {
    this.#series = series;
    this.#labels = labels;
    this.#cleaned = cleaned;
  }

  /** Takes what a report brought. */
  add(fresh: StepValues, now: number, windowSeconds: number): void {
    this.roll(now, windowSeconds);
    for (const name of windowed) {
      const value = fresh[name];
      if (value !== undefined) (this.#fields[name] ??= this.#begin(name)).add(value);
    }
    const { step_seconds: seconds } = fresh;
    if (seconds !== undefined) this.#histogram().observe(seconds);
  }

  /** Shows the last full window, when another one has begun. To be called every second or so. */
  roll(now: number, windowSeconds: number): void {
    const window = Math.floor(now / windowSeconds);
    if (window === this.#open) return;
    const isLast = window === this.#open + 1;
    this.#open = window;
    for (const name of windowed) this.#fields[name]?.close(isLast);
  }

  /** Of the histogram; null where there is none. Windows begin anew. */
  save(): number[] | null {
    return this.#durations === null ? null : [...this.#durations.save()];
  }

  restore(saved: SavedHistogram): void {
    this.#histogram().restore(saved);
  }

  remove(): void {
    for (const name of windowed) this.#fields[name]?.remove();
    this.#durationRow?.remove();
  }

  #begin(name: Windowed): FieldWindow {
    return new FieldWindow(this.#series[name].row(this.#labels), this.#cleaned);
  }

  #histogram(): Histogram<'duration'> {
    if (this.#durations !== null) return this.#durations;
    const { durations } = this.#series;
    this.#durationRow = durations.row(this.#labels);
    this.#durations = new Histogram(this.#durationRow, durations.column('duration'), stepBounds);
    return this.#durations;
  }
}
