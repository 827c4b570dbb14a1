import { changedKeys } from './config/index.ts';
import { gauge, type Row, type SeriesTable } from './series/index.ts';

export const reloadMetrics = {
  successful: gauge('gradwatch_exporter_config_last_reload_successful', {
    help: 'Whether the last attempt to load the configuration succeeded',
  }),
  successTime: gauge('gradwatch_exporter_config_last_reload_success_timestamp_seconds', {
    help: 'Unix time at which the configuration in force was loaded',
  }),
  needRestart: gauge('gradwatch_exporter_config_options_awaiting_restart', {
    help: 'Options that the last reload found changed and that cannot change while the exporter runs',
  }),
} as const;

/**
 * What can change while the exporter runs: the collectors, and limits and rules that are looked up each time. What is built from its
 * options once (listeners, files, the set of detectors) needs a restart, and so does every option that is not named here.
 */
const changeable = [
  /^(?:node|gpu|gpu_detail|xid|kubernetes)\./,
  /^detect\.\w+\.(?!enabled$)/,
  /^findings\./,
  /^runs\./,
  /^log\.level$/,
  /^http\.(?:max_scrapes|required_collectors)$/,
];

/** What becomes of a configuration while the exporter runs. */
export interface Reloaded<Options> {
  /** The new one, with the options that cannot change as they were. */
  readonly configuration: Options;
  /** The key paths of what is other than before. */
  readonly changed: readonly string[];
  /** The key paths of what cannot change. */
  readonly needRestart: readonly string[];
}

export function reloaded<Options extends object>(before: Options, after: Options): Reloaded<Options> {
  const differ = changedKeys(before, after);
  const canChange = (key: string): boolean => changeable.some((pattern) => pattern.test(key));
  const needRestart = differ.filter((key) => !canChange(key));
  const configuration = structuredClone(after);
  for (const key of needRestart) copyOption(before, configuration, key.split('.'));
  return { configuration, changed: differ.filter(canChange), needRestart };
}

function copyOption(from: object, to: object, [key = '', ...rest]: readonly string[]): void {
  const value = (from as Readonly<Record<string, unknown>>)[key];
  const place = to as Record<string, unknown>;
  if (rest.length === 0) place[key] = value;
  else copyOption(value as object, place[key] as object, rest);
}

/** How the last loading of the configuration went, under the names that Prometheus has for it. */
export class ReloadSeries {
  readonly #row: Row<keyof typeof reloadMetrics>;
  readonly #now: () => number;

  /** The configuration with which the exporter starts has been loaded. @param now Unix seconds */
  constructor(table: SeriesTable, now: () => number) {
    this.#row = table.group([], reloadMetrics).row({});
    this.#now = now;
    this.succeeded([]);
  }

  /** @param needRestart the options that it left as they were */
  succeeded(needRestart: readonly string[]): void {
    this.#row.set('successful', 1);
    this.#row.set('successTime', this.#now());
    this.#row.set('needRestart', needRestart.length);
  }

  failed(): void {
    this.#row.set('successful', 0);
  }
}
