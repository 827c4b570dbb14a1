import type { FindingChange, FindingListener } from './finding.ts';
import type { FindingSeries } from './finding-series.ts';
import type { Incident } from './incident.ts';

/** Who hears of what happens to findings: the series, and those who subscribed. */
export class News {
  readonly #series: FindingSeries;
  readonly #listeners = new Set<FindingListener>();
  #revision = 0;

  constructor(series: FindingSeries) {
    this.#series = series;
  }

  /** Rises with every change of a finding, a silence or a count. */
  get revision(): number {
    return this.#revision;
  }

  /** Something that outlives the exporter is another now, of which nobody needs to hear. */
  changed(): void {
    this.#revision += 1;
  }

  /** Calls the listener at every change, until the returned function is called. */
  subscribe(listener: FindingListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(change: FindingChange['change'], { finding }: Incident): void {
    this.changed();
    if (change === 'resolved') this.#series.drop(finding.id);
    else this.#series.show(finding);
    for (const listener of this.#listeners) listener({ change, finding });
  }
}
