import { join } from 'node:path';
import { beatOptions, type Collector, type CollectorContext, CollectorError, SourceAbsent } from '../collect/index.ts';
import { counter, FreshRows, gauge, type SeriesGroup } from '../series/index.ts';
import { readAttribute } from './attribute.ts';
import { type Chip, type ChipReading, findChips, type ReadAttribute } from './chip.ts';
import { requireLinux } from './linux-only.ts';
import { nodeCollector } from './node-collector.ts';

const labels = ['chip', 'device', 'sensor'] as const;

const sensorMetrics = {
  temperature: gauge('gradwatch_node_temperature_celsius', {
    help: 'Temperature that a sensor of the node shows',
    labels,
  }),
  max: gauge('gradwatch_node_temperature_max_celsius', {
    help: 'Temperature above which the chip calls the sensor too warm, as it said when it was found',
    labels,
  }),
  critical: gauge('gradwatch_node_temperature_critical_celsius', {
    help: 'Temperature at which the machine protects itself, as the chip said when it was found',
    labels,
  }),
} as const;

const droppedMetrics = {
  dropped: counter('gradwatch_node_temperature_dropped_total', {
    help: 'Readings of temperatures that were dropped, by reason; of a chip that does not answer one for all its sensors',
    labels: ['reason'],
  }),
} as const;

/** Temperatures as the chips of the node show them. */
export const temperature = nodeCollector({
  name: 'temperature',
  metrics: { ...sensorMetrics, ...droppedMetrics },
  options: beatOptions({ what: 'temperatures', interval: { default: '15s', min: '1s', max: '5m' } }),
  create: (context, { interval }) => new TemperatureCollector(context, interval, readAttribute),
});

/** A chip that takes longer is left behind. A bus of sensors answers in milliseconds, a disk that is gone after a minute. */
const chipSeconds = 1;
/** Each chip that does not answer holds one of the four threads on which this process reads files and compresses. */
const maxStuck = 2;

/**
 * Reads chip after chip, through the thread pool: an attribute of sysfs runs the code of a driver, which may wait for a bus or for a
 * device that is gone. A chip whose driver waits loses its own series, and is not asked again before it has answered.
 */
export class TemperatureCollector implements Collector {
  readonly intervalSeconds: number;
  readonly budgetSeconds = 5;
  readonly #context: CollectorContext;
  readonly #read: ReadAttribute;
  readonly #sensors: FreshRows<keyof typeof sensorMetrics, (typeof labels)[number]>;
  readonly #dropped: SeriesGroup<'dropped', 'reason'>;
  #chips = new Map<string, Chip>();
  /** Chips that were asked and have not answered, by their keys. */
  readonly #stuck = new Set<string>();

  constructor(context: CollectorContext, intervalSeconds: number, read: ReadAttribute) {
    this.#context = context;
    this.intervalSeconds = intervalSeconds;
    this.#read = read;
    this.#sensors = new FreshRows(context.table.group(labels, sensorMetrics));
    this.#dropped = context.table.group(['reason'], droppedMetrics);
  }

  /** @throws CollectorError `stuck` @throws SourceAbsent */
  async collect(signal: AbortSignal): Promise<void> {
    requireLinux('the temperature of chips');
    const { sysRoot } = this.#context;
    const found = findChips(sysRoot);
    if (found.length === 0) {
      const sentence = `no chip in ${join(sysRoot, 'class/hwmon')} or ${join(sysRoot, 'class/thermal')} shows a temperature`;
      throw new SourceAbsent('not_on_this_machine', sentence);
    }
    this.#chips = new Map(found.map((chip) => [chip.key, this.#chips.get(chip.key) ?? chip]));
    this.#sensors.begin();
    for (const chip of this.#chips.values()) {
      if (signal.aborted) return;
      const reading = this.#stuck.size < maxStuck ? await this.#ask(chip) : null;
      if (reading === null) this.#drop('no_answer');
      else this.#show(reading);
    }
    this.#sensors.settle();
    if (this.#stuck.size >= maxStuck)
      throw new CollectorError(
        'stuck',
        `${maxStuck} chips do not answer, so none is asked: ${[...this.#stuck].join(', ')}`,
      );
  }

  expire(): void {
    this.#sensors.clear();
  }

  /** Null when it does not answer in time, or has not answered since it was asked before. */
  async #ask(chip: Chip): Promise<ChipReading | null> {
    if (this.#stuck.has(chip.key)) return null;
    this.#stuck.add(chip.key);
    const reading = chip.read(this.#read).finally(() => this.#stuck.delete(chip.key));
    let cancel!: () => void;
    const late = new Promise<null>((resolve) => {
      const timer = setTimeout(resolve, chipSeconds * 1000, null);
      cancel = () => {
        clearTimeout(timer);
      };
    });
    return Promise.race([reading, late]).finally(cancel);
  }

  #show({ chip, device, sensors }: ChipReading): void {
    for (const { sensor, temperature, max, critical } of sensors) {
      if ('dropped' in temperature) {
        this.#drop(temperature.dropped);
        continue;
      }
      const row = this.#sensors.row({ chip, device, sensor });
      row.set('temperature', temperature.celsius);
      if (max !== null) row.set('max', max);
      if (critical !== null) row.set('critical', critical);
    }
  }

  #drop(reason: string): void {
    this.#dropped.row({ reason }).add('dropped');
  }
}
