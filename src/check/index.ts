import type { Configuration } from '../catalogue.ts';
import { collectors, roots } from '../collectors.ts';
import { directories } from './directories.ts';
import { firstReading } from './first-reading.ts';
import { judgedSeries } from './judged-series.ts';
import { reachability } from './reachability.ts';
import { requiredCollectors } from './required-collectors.ts';
import type { CheckResult } from './result.ts';

export { report } from './report.ts';
export type { CheckResult } from './result.ts';

/** Tries what the exporter would do as it is configured: one reading of every collector, and every address and file, every collector that is waited for, every series that is named. */
export async function check(configuration: Configuration): Promise<readonly CheckResult[]> {
  const surroundings = { now: () => Date.now() / 1000, ...roots(configuration) };
  const readings = collectors(configuration, () => []).all.map((collector) => firstReading(collector, surroundings));
  return [
    ...(await Promise.all(readings)),
    requiredCollectors(configuration),
    ...(await reachability(configuration)),
    ...directories(configuration),
    ...judgedSeries(configuration),
  ];
}
