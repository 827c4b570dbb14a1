import { scalarAnomaly } from '../../src/detect/series/scalar-anomaly.ts';
import { Deviations, methods } from '../../src/detect/series/scalar-deviation.ts';
import { defaultsOf } from './runs.ts';
import type { LabelledSeries } from './series.ts';

export type Method = (typeof methods)[number];
export { methods };

/** What scalar_anomaly says of a series by one of its methods, all else at its defaults. */
export interface ScalarRun {
  /** By row, in multiples of the method's limit; 0 where nothing was recorded or judged. */
  readonly scores: Float64Array;
  /** Rows at which a finding would open. */
  readonly openings: readonly number[];
}

export function runScalar({ rows, file }: LabelledSeries, method: Method): ScalarRun {
  const options = { ...defaultsOf(scalarAnomaly.options), method };
  const state = scalarAnomaly.start(options);
  const deviations = new Deviations(options.history);
  const source = { name: file, run: null, rank: null, uuid: null, owner: 'the series' };
  const scores = new Float64Array(rows.length);
  const openings: number[] = [];
  let open = false;
  for (const [at, { time, value }] of rows.entries()) {
    if (value === null) continue;
    const deviation = deviations.take(value, options);
    scores[at] = deviation === null ? 0 : deviation.score / deviation.limit;
    const { status } = scalarAnomaly.observe(state, { time, value, step: null, capacity: null }, source, options);
    if (status === 'evidence' && !open) openings.push(at);
    if (status !== 'quiet') open = status === 'evidence';
  }
  return { scores, openings };
}
