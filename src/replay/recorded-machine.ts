import { readingMetrics } from '../collect/index.ts';
import { everyDetector } from '../detect/index.ts';
import { gpuMetrics } from '../gpu/index.ts';
import type { Metric, Row as SeriesRow, SeriesGroup, SeriesTable } from '../series/index.ts';
import type { MachineColumn } from './machine-column.ts';

/** What was read of the machine at one moment. */
export type Readings = ReadonlyMap<MachineColumn, number>;

/** Readings that are recorded apart from the steps of their run. */
export interface TimedReadings {
  /** Seconds, on the clock of the rows of the run. */
  readonly time: number;
  readonly readings: Readings;
}

/** Puts what was recorded of a machine into a table, as its collectors do. What a moment does not tell is absent then. */
export class RecordedMachine {
  readonly #table: SeriesTable;
  readonly #groups = new Map<Metric, SeriesGroup<'value', string>>();
  readonly #collectors: readonly SeriesRow<'lastSuccess'>[];
  readonly #rows = new Map<MachineColumn, SeriesRow<'value'>>();
  /** By uuid, each with its index and its state. */
  readonly #cards = new Map<string, { readonly gpu: string; readonly state: SeriesRow<'value'> }>();

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
    for (const row of this.#rows.values()) row.clear('value');
    // A card that tells anything is there, where the recording does not tell its state.
    for (const { state } of this.#cards.values()) state.setState('value', 'ok');
    for (const [column, value] of readings) {
      const { metric, labels, convert } = column;
      const row = this.#rows.get(column) ?? this.#begin(column);
      const state = labels.get('state') ?? '';
      if (metric.type !== 'states') row.set('value', convert(value));
      else if (value === 1 && metric.states?.includes(state) === true) row.setState('value', state);
    }
    for (const row of this.#collectors) row.set('lastSuccess', time);
  }

  #begin(column: MachineColumn): SeriesRow<'value'> {
    const { metric, labels } = column;
    const row = this.#rowOf(metric, labels);
    this.#rows.set(column, row);
    if (metric.labels.includes('uuid') && metric.labels.includes('gpu')) {
      const uuid = uuidOf(labels);
      const state = this.#rowOf(gpuMetrics.state, labels);
      if (!this.#cards.has(uuid)) {
        state.setState('value', 'ok');
        this.#cards.set(uuid, { gpu: labels.get('gpu') ?? '', state });
      }
    }
    return row;
  }

  #rowOf(metric: Metric, labels: ReadonlyMap<string, string>): SeriesRow<'value'> {
    const identity = metric.labels.filter((label) => label !== 'state' || metric.type !== 'states');
    let group = this.#groups.get(metric);
    if (group === undefined) {
      group = this.#table.group<'value', string>(identity, { value: metric });
      this.#groups.set(metric, group);
    }
    const values = identity.map((label) => [label, label === 'uuid' ? uuidOf(labels) : (labels.get(label) ?? '')]);
    return group.row(Object.fromEntries(values) as Record<string, string>);
  }
}

/** Trackers tell the index alone, which serves as well within one recording. */
function uuidOf(labels: ReadonlyMap<string, string>): string {
  return labels.get('uuid') ?? labels.get('gpu') ?? '';
}
