import { changedKeys } from './config/index.ts';
import { gauge, type Row, type SeriesTable } from './series/index.ts';

export const reloadMetrics = {
  successful: gauge('gradwatch_exporter_config_last_reload_successful', {
    help: 'Whether the last attempt to load the configuration succeeded',
  }),
  successTime: gauge('gradwatch_exporter_config_last_reload_success_timestamp_seconds', {
    help: 'Unix time at which the configuration in force was loaded',
  }),
} as const;

/**
 * What can change while the exporter runs: limits and rules that are looked up each time. What is built from its options once
 * (listeners, collectors, files, the set of detectors) needs a restart, and so does every option that is not named here.
 */
const changeable = [
  /^detect\.\w+\.(?!enabled$)/,
  /^findings\./,
  /^runs\./,
  /^log\.level$/,
  /^http\.(?:max_scrapes|required_collectors)$/,
];

/** One sentence for all options that differ and cannot change while the exporter runs; null where there are none. */
export function needsRestart(before: object, after: object): string | null {
  const fixed = changedKeys(before, after).filter((key) => !changeable.some((pattern) => pattern.test(key)));
  if (fixed.length === 0) return null;
  return `${fixed.join(', ')}: cannot change while the exporter runs; restart it. Nothing of the new configuration was taken`;
}

/** How the last loading of the configuration went, under the names that Prometheus has for it. */
export class ReloadSeries {
  readonly #row: Row<keyof typeof reloadMetrics>;
  readonly #now: () => number;

  /** The configuration with which the exporter starts has been loaded. @param now Unix seconds */
  constructor(table: SeriesTable, now: () => number) {
    this.#row = table.group([], reloadMetrics).row({});
    this.#now = now;
    this.show(true);
  }

  show(successful: boolean): void {
    this.#row.set('successful', successful ? 1 : 0);
    if (successful) this.#row.set('successTime', this.#now());
  }
}
