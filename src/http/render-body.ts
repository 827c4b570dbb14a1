import { setImmediate as nextTurn } from 'node:timers/promises';
import { ByteWriter, writeExposition, type ForeignFamily, type Format, type SeriesTable } from '../series/index.ts';

/** How long the writing may hold the event loop, in milliseconds: well within the 5 that a training step's report may wait. */
const turnMilliseconds = 2;
/**
 * And at most, where everybody else holds it for as long between two slices: beside a thousand workers that send as fast as they can a
 * turn takes a tenth of a second, and a body of many slices would take seconds.
 */
const busyTurnMilliseconds = 25;

/**
 * A body of /metrics. All values are of one moment, that of the call; the writing lets the event loop go on between its slices.
 * @param expectedBytes about how long it will be, for example as long as the last one
 */
export async function renderBody(
  format: Format,
  table: SeriesTable,
  foreign: readonly ForeignFamily[],
  expectedBytes: number,
): Promise<Buffer> {
  const writer = new ByteWriter(expectedBytes);
  let turnBegan = performance.now();
  let share = turnMilliseconds;
  for (const _ of writeExposition(writer, format, table.snapshot(), foreign)) {
    const gaveWay = performance.now();
    if (gaveWay - turnBegan < share) continue;
    await nextTurn();
    turnBegan = performance.now();
    share = Math.min(busyTurnMilliseconds, Math.max(turnMilliseconds, turnBegan - gaveWay));
  }
  return writer.written;
}
