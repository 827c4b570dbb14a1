import { HttpServer, SelfMetrics } from '../../src/http/index.ts';
import { noFindings } from '../../test/support/no-findings.ts';
import { SeriesTable, type Metric, type Row } from '../../src/series/index.ts';
import { load, valueOf, type LoadRow } from './load.ts';

/** The series of a load in our table. */
export class OurSeries {
  readonly table = new SeriesTable();
  readonly #filled: readonly { readonly row: Row<string>; readonly metrics: readonly Metric[] }[];

  constructor(series: number) {
    const rows = load(series);
    const groups = new Map(
      [['uuid', 'gpu'] as const, ['run', 'rank'] as const].map((identity) => {
        const metrics = new Set(rows.filter((row) => sameIdentity(row, identity)).flatMap(({ metrics }) => metrics));
        const byName = Object.fromEntries([...metrics].map((metric) => [metric.name, metric]));
        return [identity.join(), this.table.group<string, string>(identity, byName)];
      }),
    );
    this.#filled = rows.map(({ identity, labels, metrics }) => {
      const group = groups.get(identity.join());
      if (group === undefined) throw new Error(`no group of ${identity.join()}`);
      return { row: group.row(labels), metrics };
    });
    this.refresh(1);
  }

  /** Gives every series a new value. */
  refresh(seed: number): void {
    for (const { row, metrics } of this.#filled) {
      for (const metric of metrics) {
        seed += 1;
        const state = metric.states?.[seed % metric.states.length];
        if (state === undefined) row.set(metric.name, valueOf(metric, seed));
        else row.setState(metric.name, state);
      }
    }
  }
}

/** The exporter's own HTTP server over that table. */
export async function serveOurs(series: number): Promise<{ url: string; refresh: (seed: number) => void }> {
  const ours = new OurSeries(series);
  const server = new HttpServer(
    {
      table: ours.table,
      self: new SelfMetrics({ version: 'bench', now: () => Date.now() / 1000, lostLogLines: () => 0 }),
      version: 'bench',
      waiting: () => [],
      gpus: () => [],
      collectors: () => [],
      runs: () => [],
      findings: noFindings,
      persist: () => Promise.resolve(),
      kinds: [],
      now: () => Date.now() / 1000,
      askWorkers: () => Promise.resolve([]),
      token: null,
      reload: null,
      maxScrapes: () => 40,
      log: { info: () => undefined, error: () => undefined },
    },
    '127.0.0.1:0',
  );
  return {
    url: await server.start(),
    refresh: (seed) => {
      ours.refresh(seed);
    },
  };
}

function sameIdentity(row: LoadRow, identity: readonly string[]): boolean {
  return row.identity.join() === identity.join();
}
