import { setTimeout as sleep } from 'node:timers/promises';
import { CollectorError, SourceAbsent, type Collector, type CollectorContext, type Logger } from '../collect/index.ts';
import type { ConfiguredCollector } from '../collectors.ts';
import { SeriesTable } from '../series/index.ts';
import { missingGpus } from './missing-gpus.ts';
import type { CheckResult } from './result.ts';

/** How long a collector may take to end what it holds, in seconds. */
const stopGraceSeconds = 5;

/**
 * So many readings may find their source at work and not done (`slow`): a driver that is loaded for each caller, without persistence mode,
 * takes up to half a minute until it answers for the first time.
 */
const mostSlowReadings = 8;

/** So many times as many families may be missing as were read for them to be named. */
const mostMissing = 8;

/** Reads once with a collector, as the exporter would, and tells what came of it: what it says to its log become the notes. */
export async function firstReading(
  collector: Pick<ConfiguredCollector, 'name' | 'enabled' | 'metrics' | 'create'>,
  surroundings: Omit<CollectorContext, 'table' | 'logger'>,
): Promise<CheckResult> {
  const subject = `collector ${collector.name}`;
  if (!collector.enabled) return { subject, outcome: 'off', says: 'switched off', notes: [] };
  const table = new SeriesTable();
  const notes: string[] = [];
  const made = collector.create({ ...surroundings, table, logger: notebook(notes) });
  const giveUp = new AbortController();
  try {
    await read(made, giveUp.signal);
    const { series, families, facts } = contents(table);
    notes.push(...facts, ...missingGpus(table));
    const missing = collector.metrics.filter(({ name }) => !families.has(name)).map(({ name }) => name);
    // Where there is next to nothing to read, as on a machine without a GPU, what is missing says no more.
    if (missing.length > 0 && missing.length < mostMissing * families.size)
      notes.push(`not in the first reading: ${missing.join(', ')}`);
    if (series === 0) return { subject, outcome: 'absent', says: 'there is nothing to read on this machine', notes };
    return { subject, outcome: 'works', says: `reads ${series} series`, notes };
  } catch (error) {
    if (error instanceof SourceAbsent) return { subject, outcome: 'absent', says: error.message, notes };
    const reason = error instanceof CollectorError ? error.reason : 'unexpected';
    return { subject, outcome: 'failing', says: `${reason}: ${(error as Error).message}`, notes };
  } finally {
    giveUp.abort();
    await Promise.race([made.stop?.(), sleep(1000 * stopGraceSeconds, undefined, { ref: false })]);
  }
}

/** Reads once, with more patience than the exporter has between two scrapes. */
async function read(collector: Collector, signal: AbortSignal): Promise<void> {
  for (let slow = 1; ; slow += 1) {
    try {
      await Promise.race([collector.collect(signal), timeout(collector.budgetSeconds, signal)]);
      return;
    } catch (error) {
      if (!(error instanceof CollectorError) || error.reason !== 'slow' || slow === mostSlowReadings) throw error;
    }
  }
}

async function timeout(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(1000 * seconds, undefined, { signal }).catch(() => undefined);
  if (!signal.aborted) throw new CollectorError('timeout', `no reading within its budget of ${seconds} s`);
}

interface Contents {
  readonly series: number;
  readonly families: ReadonlySet<string>;
  /** What info metrics say. */
  readonly facts: readonly string[];
}

function contents(table: SeriesTable): Contents {
  const families = new Set<string>();
  const facts: string[] = [];
  let series = 0;
  for (const { columns, labels, present } of table.snapshot()) {
    for (const [at, is] of present.entries()) {
      const column = columns[at % columns.length];
      if (is === 0 || column === undefined) continue;
      series += 1;
      families.add(column.metric.name);
      if (column.metric.type === 'info') facts.push(labels[Math.floor(at / columns.length)] ?? '');
    }
  }
  return { series, families, facts };
}

/** A log whose lines are kept, each with its facts in brackets. */
function notebook(notes: string[]): Logger {
  const note = (facts: object, message: string): void => {
    const told = Object.entries(facts)
      .filter(([, value]) => !(Array.isArray(value) && value.length === 0))
      .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`);
    notes.push(told.length === 0 ? message : `${message} (${told.join('; ')})`);
  };
  return { debug: note, info: note, warn: note, error: note };
}
