// heap.ts ours|prom-client SERIES, with --expose-gc: tells its parent the bytes of heap and of typed arrays for each series.
import { setImmediate } from 'node:timers/promises';
import { OurSeries } from './ours.ts';
import { PromClientSeries } from './prom-client.ts';

const [kind, series] = [process.argv[2], Number(process.argv[3])];

async function used(): Promise<number> {
  // What typed arrays held is given back after the first collection, beside the program.
  for (let pass = 0; pass < 2; pass += 1) {
    globalThis.gc?.();
    await setImmediate();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const make = () => (kind === 'ours' ? new OurSeries(series).table : new PromClientSeries(series).registry);
// Once before, so that compiled code and the declarations do not count.
make();
const before = await used();
const kept = make();
process.send?.(((await used()) - before) / series);
// After the message: else the collector may take what is measured.
if (typeof kept !== 'object') throw new Error('nothing was kept');
