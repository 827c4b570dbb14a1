import { normals } from '../../test/support/detection.ts';
import { memoryLeak } from '../../src/detect/series/memory-leak.ts';
import { row, type BenchRow } from '../report.ts';
import { defaultsOf } from './runs.ts';
import { share } from './intervals.ts';

/** A day at one value in 15 seconds, percent of a machine's memory, and so many series of each shape. */
const length = 5760;
const hour = 240;
const seeds = 40;

type Series = (at: number) => number;
/** Makes a series from a source of normal random numbers; amounts and times differ from series to series. */
type Shape = (noise: () => number) => Series;

/** About `middle`, by a factor that is seldom above 2. */
const about = (middle: number, noise: () => number) => middle * Math.exp(0.35 * Math.max(-2, Math.min(2, noise())));
const steady: Shape = (noise) => () => 35 + 0.5 * noise();
const loud: Shape = (noise) => () => 35 + 2 * noise();
/** Load that comes and goes, with a memory of some minutes. */
const load: Shape = (noise) => {
  let level = 0;
  return () => 40 + (level = 0.98 * level + 0.2 * noise());
};
/** Garbage that is collected at uneven times. */
const garbage: Shape = (noise) => {
  let waste = 0;
  return () => {
    waste += 0.15 + 0.05 * Math.abs(noise());
    if (waste > 8 + 2 * noise()) waste = 0;
    return 25 + waste;
  };
};
const wave = (period: number, size: number, phase: number): Shape => {
  return (noise) => {
    const height = about(size, noise);
    return (at) => 40 + height * Math.sin((2 * Math.PI * at) / period + phase) + 0.5 * noise();
  };
};
/** Memory that `grown` adds, from the end of the first hour on. */
const adding = (shape: Shape, size: number, grown: (noise: () => number) => Series): Shape => {
  return (noise) => {
    const [base, added, total] = [shape(noise), grown(noise), about(size, noise)];
    return (at) => base(at) + total * added(Math.max(0, at - hour));
  };
};
/** 0 to 1 by `1 − e^(−t/τ)`. */
const filling = (tau: number) => (noise: () => number) => {
  const own = about(tau, noise);
  return (at: number) => 1 - Math.exp(-at / own);
};

const healthy: Readonly<Record<string, Shape>> = {
  noise: steady,
  'loud noise': loud,
  load,
  'garbage collection': garbage,
  'an hourly wave': wave(hour, 5, 0),
  'growth at once, twice': (noise) => (at) => 30 + (at > 1000 ? 5 : 0) + (at > 2700 ? 9 : 0) + 0.4 * noise(),
  checkpoints: (noise) => (at) => 40 + (at % 400 < 20 ? 15 : 0) + 0.3 * noise(),
  'a random walk': (noise) => {
    let level = 40;
    return () => (level = Math.min(95, Math.max(5, level + 0.08 * noise())));
  },
  'a cache that fills within an hour': adding(steady, 20, filling(hour / 3)),
  'a cache that fills within hours': adding(steady, 20, filling(2.5 * hour)),
  'a data set that is read within an hour': adding(steady, 20, () => (at) => Math.min(1, at / hour)),
  'a data set that is read within hours': adding(steady, 15, () => (at) => Math.min(1, at / (4 * hour))),
  'evaluations, each raises the peak by less': adding(
    steady,
    10,
    () => (at) => 1 - 0.6 ** Math.floor(at / (0.75 * hour)),
  ),
  'fragments of an allocator': adding(steady, 3, (noise) => {
    const tau = about(hour / 4, noise);
    return (at) => Math.log1p(at / tau);
  }),
  'the first wave of a day': wave(length, 8, 0),
  'the first wave of a day, from its lowest': wave(length, 8, -Math.PI / 2),
};

const straight = () => (at: number) => at / (length - hour);
const leaks: Readonly<Record<string, Shape>> = {
  'straight, by 30': adding(steady, 30, straight),
  'straight, by 10': adding(steady, 10, straight),
  'in steps': adding(steady, 30, () => (at) => Math.floor((15 * at) / length) / 15),
  'by epoch, two hours each': adding(steady, 40, () => (at) => Math.floor((12 * at) / length) / 12),
  'under loud noise': adding(loud, 20, straight),
  'under load': adding(load, 25, straight),
  'under garbage collection': adding(garbage, 25, straight),
  'under an hourly wave': adding(wave(hour, 5, 0), 20, straight),
  'under the wave of a day': adding(wave(length, 4, Math.PI), 30, straight),
  'after a cache has filled': adding(adding(steady, 15, filling(hour)), 30, straight),
  accelerating: adding(steady, 30, () => (at) => (at / length) ** 2),
  'full within ten hours': adding(steady, 65, (noise) => {
    const end = about(9 * hour, noise);
    return (at) => at / end;
  }),
  'full within ten hours, and again after a restart': adding(steady, 60, (noise) => {
    const end = about(9 * hour, noise);
    return (at) => (at % end) / end;
  }),
};

/**
 * Leaks and healthy memories of shapes that recordings of leaks are too few to hold: of how many of each anything is said, and of how
 * many a warning, which wakes someone. What rises for hours and ends then is no leak, and nothing tells it from one before it ends.
 */
export function madeLeakRows(): BenchRow[] {
  const rowsOf = (of: string, shapes: Readonly<Record<string, Shape>>, better: 'lower' | 'higher') =>
    Object.entries(shapes).flatMap(([name, shape]) => {
      const told = Array.from({ length: seeds }, (_, seed) => severitiesOf(shape(normals(101 * (seed + 1)))));
      return (['told', 'warned'] as const).map((measure) => {
        const part = share(told.filter((each) => each[measure]).length, seeds);
        const wakes = better === 'lower' && measure === 'warned';
        const text = `share of series (${part.text})`;
        return row(`made memory series, ${measure}: ${of}, ${name}`, part.value, text, better, wakes ? 0 : null);
      });
    });
  return [...rowsOf('leak', leaks, 'higher'), ...rowsOf('healthy', healthy, 'lower')];
}

function severitiesOf(series: Series): { readonly told: boolean; readonly warned: boolean } {
  const options = defaultsOf(memoryLeak.options);
  const state = memoryLeak.start(options);
  const source = { name: 'made', run: null, rank: null, uuid: null, owner: 'the node' };
  let told = false;
  for (let at = 0; at < length; at += 1) {
    const point = { time: 15 * at, value: Math.min(100, Math.max(0, series(at))), step: null, capacity: 100 };
    const verdict = memoryLeak.observe(state, point, source, options);
    if (verdict.status !== 'evidence') continue;
    told = true;
    if (verdict.severity !== 'info') return { told, warned: true };
  }
  return { told, warned: false };
}
