import { setImmediate as nextTurn } from 'node:timers/promises';
import * as v from 'valibot';
import { type Collector, type CollectorContext, type CollectorDeclaration, SourceAbsent } from '../../collect/index.ts';
import type { Row, SeriesGroup } from '../../series/index.ts';
import type { Section } from '../../snapshot/index.ts';
import type { GpuAddresses } from '../addresses.ts';
import { isWithinWindows } from '../windows.ts';
import { readBoot, type Boot } from './boot.ts';
import { DriverEvents, savedEvents } from './events.ts';
import { KernelLog } from './kernel-log.ts';
import { kmsgDroppedMetrics, kmsgMetrics, xidMetrics } from './metrics.ts';
import type { XidOptions } from './options.ts';
import { parseRecord } from './record.ts';
import { savedTallies, Tallies } from './tallies.ts';

/** Reads between two turns of the event loop, and in one beat; what is left is read on the next, or counted as overwritten. */
const readsPerTurn = 100;
export const readsPerBeat = 10_000;

/**
 * Counts Xid and SXid errors from the kernel log.
 *
 * The log is read from the oldest record that the kernel has kept. The sequence number of the last record and the boot id, which
 * outlive the exporter with the counts, keep a record from being counted twice, whatever the kernel has overwritten meanwhile. After
 * a boot all of its records are new, and the counts go on: were they to begin anew, as many errors after the boot as before would
 * look like none.
 *
 * Without a state directory an exporter that restarts counts again what the log still has. It comes back with the same values, or
 * with less, which is a counter reset, where old records were overwritten; their times are then reckoned from boot, and differ by what
 * the wall clock was set since. Alerts therefore look at the time of the last error.
 *
 * A log that is not there (a container without the device) or not permitted (dmesg is restricted, no CAP_SYSLOG) is an
 * absence, shown as a state too, and no failure: it is how the node is set up, and an alert about it on every node would be turned off with
 * the alert about what broke. No Xid series exist then, so nothing looks healthy that is not watched.
 */
export class XidCollector implements Collector {
  readonly intervalSeconds: number;
  readonly budgetSeconds = 5;
  readonly #context: CollectorContext;
  readonly #path: string;
  readonly #log: KernelLog;
  readonly #events = new DriverEvents();
  readonly #tallies: Tallies;
  readonly #row: Row<keyof typeof kmsgMetrics>;
  readonly #dropped: SeriesGroup<'dropped', 'reason'>;
  #boot: Boot = { id: '', time: null };
  #lastSequence: number | null = null;
  #revision = 0;
  /** The end was reached once: what comes now happens now. */
  #caughtUp = false;

  constructor(context: CollectorContext, options: XidOptions, addresses: GpuAddresses) {
    this.#context = context;
    this.intervalSeconds = options.interval;
    this.#path = options.kmsg;
    this.#log = new KernelLog(options.kmsg);
    this.#tallies = new Tallies(context.table, addresses);
    this.#row = context.table.group([], kmsgMetrics).row({});
    this.#dropped = context.table.group(['reason'], kmsgDroppedMetrics);
    context.keep?.(this.#section());
  }

  /** @throws CollectorError `unreadable` @throws SourceAbsent */
  async collect(signal: AbortSignal): Promise<void> {
    if (!this.#log.isOpen) this.#open();
    this.#tallies.identify(this.#context.now());
    for (let reads = 1; reads <= readsPerBeat && !signal.aborted; reads += 1) {
      const chunk = this.#log.read();
      if (chunk.kind === 'end') {
        this.#caughtUp = true;
        return;
      }
      if (chunk.kind === 'overwritten') this.#row.add('overruns');
      if (chunk.kind === 'lines') for (const line of chunk.lines) this.#take(line);
      if (reads % readsPerTurn === 0) await nextTurn();
    }
  }

  /** Nothing that was counted becomes untrue with time. */
  expire(): void {
    // The counters stay.
  }

  stop(): Promise<void> {
    this.#log.close();
    return Promise.resolve();
  }

  /** @throws SourceAbsent */
  #open(): void {
    if (isWithinWindows(this.#context.procRoot)) {
      this.#row.setState('state', 'absent');
      throw new SourceAbsent('not_on_this_machine', withinWindows);
    }
    // Where it cannot be opened nothing is said.
    this.#row.clear('state');
    const state = this.#log.open();
    this.#row.setState('state', state);
    if (state === 'absent') throw new SourceAbsent('not_on_this_machine', `there is no kernel log ${this.#path}`);
    if (state === 'not_permitted') {
      const sentence = `${this.#path} may not be read: Xid errors are not seen. It takes root, or CAP_SYSLOG`;
      throw new SourceAbsent('not_permitted', sentence);
    }
    const boot = readBoot(this.#context.procRoot);
    if (boot.id !== this.#boot.id) {
      this.#lastSequence = null;
      this.#events.clear();
    }
    this.#boot = boot;
    this.#caughtUp = false;
    for (const key of ['read', 'overruns'] as const) this.#row.add(key, 0);
  }

  #take(line: string): void {
    // Properties of the record before it, and the empty line at the end of a file.
    if (line === '' || line.startsWith(' ')) return;
    this.#row.add('read');
    this.#revision += 1;
    const record = parseRecord(line);
    if (record === null) {
      this.#drop('malformed', 1);
      return;
    }
    const last = this.#lastSequence;
    if (last !== null && record.sequence <= last) return;
    if (last !== null) this.#drop('overwritten', record.sequence - last - 1);
    this.#lastSequence = record.sequence;
    const event = this.#events.of(record);
    if (event === null) return;
    if (!this.#tallies.count(event, this.#timeOf(record.microseconds))) this.#drop('too_many', 1);
  }

  #section(): Section {
    return {
      name: 'xid',
      version: 1,
      revision: () => this.#revision + this.#tallies.moves,
      save: () => this.#save(),
      restore: (part) => this.#restore(part),
    };
  }

  /** Without a boot id nobody could say which records are counted. */
  #save(): readonly Saved[] {
    if (this.#boot.id === '') return [];
    const [boot, sequence] = [this.#boot.id, this.#lastSequence];
    return [{ boot, sequence, events: this.#events.save(), tallies: this.#tallies.save() }];
  }

  #restore(part: unknown): string | null {
    if (!v.is(saved, part)) return 'it is not of the expected shape';
    if (readBoot(this.#context.procRoot).id === '') return 'the boot id cannot be read';
    this.#boot = { id: part.boot, time: null };
    this.#lastSequence = part.sequence;
    this.#events.restore(part.events);
    this.#tallies.restore(part.tallies);
    return null;
  }

  /** The kernel's clock runs apart from the time of day by seconds a day, so it serves only for what was written before we came. */
  #timeOf(microseconds: number): number | null {
    const now = this.#context.now();
    if (this.#caughtUp) return now;
    return this.#boot.time === null ? null : Math.min(now, this.#boot.time + microseconds / 1e6);
  }

  #drop(reason: 'overwritten' | 'malformed' | 'too_many', count: number): void {
    if (count > 0) this.#dropped.row({ reason }).add('dropped', count);
  }
}

/** Codes at zero would say that all is well, and this kernel would never hear otherwise. */
const withinWindows =
  'the GPUs of this Linux are driven by Windows around it: Xid errors are in the event log of Windows, and not in its kernel log';

/** All of it in one part: what was counted, and up to which record. */
const saved = v.object({
  boot: v.pipe(v.string(), v.minLength(1)),
  sequence: v.nullable(v.pipe(v.number(), v.safeInteger())),
  events: savedEvents,
  tallies: savedTallies,
});
type Saved = v.InferOutput<typeof saved>;

/** The collector `xid`; the collector `gpu` that is given the same addresses tells it who sits there. */
export function xidCollector(addresses: GpuAddresses): CollectorDeclaration<XidOptions> {
  return {
    name: 'xid',
    metrics: xidMetrics,
    create: (context, options) => new XidCollector(context, options, addresses),
  };
}
