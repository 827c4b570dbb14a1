import { readingMetrics } from '../collect/index.ts';
import { everyDetector } from '../detect/index.ts';
import { gpuMetrics } from '../gpu/index.ts';
import type { Metric, Row as SeriesRow, SeriesGroup, SeriesTable } from '../series/index.ts';
import { machineMetrics, type MachineColumn } from './machine-column.ts';

/** What was read of the machine at one moment. */
export type Readings = ReadonlyMap<MachineColumn, number>;

/** Readings that are recorded apart from the steps of their run. */
export interface TimedReadings {
  /** Seconds, on the clock of the rows of the run. */
  readonly time: number;
  readonly readings: Readings;
}

/** The labels that tell a row from others; one row holds all states. */
function identityOf({ labels, type }: Metric): readonly string[] {
  return labels.filter((label) => label !== 'state' || type !== 'states');
}

/** Puts what was recorded of a machine into a table, as its collectors do. What a moment does not tell is absent then. */
export class RecordedMachine {
  readonly #table: SeriesTable;
  /** By the labels of their rows: metrics of the same labels share them, so that what is used stands beside what there is. */
  readonly #groups = new Map<string, SeriesGroup<string, string>>();
  readonly #collectors: readonly SeriesRow<'lastSuccess'>[];
  readonly #rows = new Map<MachineColumn, SeriesRow<string>>();
  /** By uuid, each with its index and its state. */
  readonly #cards = new Map<string, { readonly gpu: string; readonly state: SeriesRow<string> }>();

  constructor(table: SeriesTable) {
    this.#table = table;
    const { lastSuccess } = readingMetrics;
    const collectors = table.group(lastSuccess.labels, { lastSuccess });
    const names = new Set(everyDetector.machineDetectors.flatMap((detector): readonly string[] => detector.collectors));
    this.#collectors = [...names].map((collector) => collectors.row({ collector }));
  }

  /** The names of the metrics that were told. */
  get told(): ReadonlySet<string> {
    return new Set([...this.#rows.keys()].map(({ metric }) => metric.name));
  }

  /** The uuids of the GPUs, in the order of their indices. */
  get cards(): readonly string[] {
    return [...this.#cards].toSorted(([, one], [, other]) => Number(one.gpu) - Number(other.gpu)).map(([uuid]) => uuid);
  }

  take(readings: Readings, time: number): void {
    for (const [{ metric }, row] of this.#rows) row.clear(metric.name);
    // A card that tells anything is there, where the recording does not tell its state.
    for (const { state } of this.#cards.values()) state.setState(gpuMetrics.state.name, 'ok');
    for (const [column, value] of readings) {
      const { metric, labels, convert } = column;
      const row = this.#rows.get(column) ?? this.#begin(column);
      const state = labels.get('state') ?? '';
      if (metric.type !== 'states') row.set(metric.name, convert(value));
      else if (value === 1 && metric.states?.includes(state) === true) row.setState(metric.name, state);
    }
    for (const row of this.#collectors) row.set('lastSuccess', time);
  }

  #begin(column: MachineColumn): SeriesRow<string> {
    const { metric, labels } = column;
    const row = this.#rowOf(metric, labels);
    this.#rows.set(column, row);
    if (metric.labels.includes('uuid') && metric.labels.includes('gpu')) {
      const uuid = uuidOf(labels);
      const state = this.#rowOf(gpuMetrics.state, labels);
      if (!this.#cards.has(uuid)) {
        state.setState(gpuMetrics.state.name, 'ok');
        this.#cards.set(uuid, { gpu: labels.get('gpu') ?? '', state });
      }
    }
    return row;
  }

  #rowOf(metric: Metric, labels: ReadonlyMap<string, string>): SeriesRow<string> {
    const identity = identityOf(metric);
    const key = identity.join();
    let group = this.#groups.get(key);
    if (group === undefined) {
      const columns = machineMetrics.filter((each) => identityOf(each).join() === key);
      group = this.#table.group(identity, Object.fromEntries(columns.map((each) => [each.name, each])));
      this.#groups.set(key, group);
    }
    const values = identity.map((label) => [label, label === 'uuid' ? uuidOf(labels) : (labels.get(label) ?? '')]);
    return group.row(Object.fromEntries(values) as Record<string, string>);
  }
}

/** Trackers tell the index alone, which serves as well within one recording. */
function uuidOf(labels: ReadonlyMap<string, string>): string {
  return labels.get('uuid') ?? labels.get('gpu') ?? '';
}
