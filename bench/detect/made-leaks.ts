import { normals } from '../../test/support/detection.ts';
import { memoryLeak } from '../../src/detect/series/memory-leak.ts';
import { row, type BenchRow } from '../report.ts';
import { defaultsOf } from './runs.ts';
import { share } from './wilson.ts';

/** A day at one value in 15 seconds, percent of a machine's memory, and so many series of each shape. */
const length = 5760;
const seeds = 20;

type Series = (at: number) => number;
/** Makes a series from a source of normal random numbers. */
type Shape = (noise: () => number) => Series;

/** Garbage that is collected at uneven times. */
const garbage: Shape = (noise) => {
  let waste = 0;
  return () => {
    waste += 0.15 + 0.05 * Math.abs(noise());
    if (waste > 8 + 2 * noise()) waste = 0;
    return 25 + waste;
  };
};
/** Load that comes and goes, with a memory of some minutes. */
const load: Shape = (noise) => {
  let level = 0;
  return () => 40 + (level = 0.98 * level + 0.2 * noise());
};
const hourly: Shape = (noise) => (at) => 35 + 5 * Math.sin((2 * Math.PI * at) / 240) + 0.5 * noise();
const steady: Shape = (noise) => () => 35 + 0.5 * noise();
const loud: Shape = (noise) => () => 35 + 2 * noise();

const healthy: Readonly<Record<string, Shape>> = {
  noise: steady,
  'loud noise': loud,
  load,
  'garbage collection': garbage,
  'an hourly wave': hourly,
  'growth at once, twice': (noise) => (at) => 30 + (at > 1000 ? 5 : 0) + (at > 2700 ? 9 : 0) + 0.4 * noise(),
  checkpoints: (noise) => (at) => 40 + (at % 400 < 20 ? 15 : 0) + 0.3 * noise(),
  'a random walk': (noise) => {
    let level = 40;
    return () => (level = Math.min(95, Math.max(5, level + 0.08 * noise())));
  },
  'a cache that fills within hours': (noise) => (at) => 20 + 20 * (1 - Math.exp(-at / 600)) + 0.3 * noise(),
  'the first wave of a day': (noise) => (at) => 40 + 8 * Math.sin((2 * Math.PI * at) / length) + 0.5 * noise(),
};

/** What a leak adds from the 600th value on, up to so many percent. */
const ramp = (at: number, total: number) => (at < 600 ? 0 : (total * (at - 600)) / (length - 600));
const leaking = (shape: Shape, added: Series): Shape => {
  return (noise) => {
    const base = shape(noise);
    return (at) => base(at) + added(at);
  };
};
const leaks: Readonly<Record<string, Shape>> = {
  'straight, by 30': leaking(steady, (at) => ramp(at, 30)),
  'straight, by 10': leaking(steady, (at) => ramp(at, 10)),
  'in steps': leaking(steady, (at) => 2 * Math.floor(ramp(at, 30) / 2)),
  'under loud noise': leaking(loud, (at) => ramp(at, 20)),
  'under load': leaking(load, (at) => ramp(at, 25)),
  'under garbage collection': leaking(garbage, (at) => ramp(at, 25)),
  'under an hourly wave': leaking(hourly, (at) => ramp(at, 20)),
  accelerating: leaking(steady, (at) => ramp(at, 30) ** 2 / 30),
};

/**
 * Leaks and healthy memories of shapes that recordings of leaks are too few to hold: how many of each are called leaks. The last two
 * healthy shapes rise for hours, which no rule can tell from a leak before they end; they are rows of their own.
 */
export function madeLeakRows(): BenchRow[] {
  const flagged = (shape: Shape) =>
    Array.from({ length: seeds }, (_, seed) => isFlagged(shape(normals(101 * (seed + 1))))).filter((is) => is).length;
  const rowsOf = (measure: string, shapes: Readonly<Record<string, Shape>>, better: 'lower' | 'higher') =>
    Object.entries(shapes).map(([name, shape]) => {
      const part = share(flagged(shape), seeds);
      return row(`made memory series, ${measure}: ${name}`, part.value, `share of series (${part.text})`, better);
    });
  return [...rowsOf('leaks found', leaks, 'higher'), ...rowsOf('healthy called leaks', healthy, 'lower')];
}

function isFlagged(series: Series): boolean {
  const options = defaultsOf(memoryLeak.options);
  const state = memoryLeak.start(options);
  const source = { name: 'made', run: null, rank: null, uuid: null, owner: 'the node' };
  for (let at = 0; at < length; at += 1) {
    const point = { time: 15 * at, value: Math.min(100, Math.max(0, series(at))), step: null, capacity: 100 };
    if (memoryLeak.observe(state, point, source, options).status === 'evidence') return true;
  }
  return false;
}
