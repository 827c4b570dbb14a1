import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CollectorError, SourceAbsent, type Collector } from '../collect/index.ts';
import { SeriesTable, expose } from '../series/index.ts';
import { installStandIn, modelNames, type ModelName } from '../simulate/index.ts';
import { GpuCollector } from './collector.ts';
import { GpuDetailCollector } from './detail/collector.ts';
import { NvidiaSmi, real } from './nvidia-smi.ts';

// What /metrics says of each model: the real collectors on the stand-in nvidia-smi as real processes, whose clock stands still, so that
// CSV and document are of one moment.
// After a change that is meant, `npx vitest run --project unit src/gpu/golden.test.ts -u` writes them again.
const script = fileURLToPath(new URL('../../dist/simulate/nvidia-smi.js', import.meta.url));
if (!existsSync(script)) throw new Error(`${script} is not built; run: npm run build`);

/** Of the worker on the first GPU, or on its first instance. */
const workerPid = 4937;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradwatch-golden-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const quietly = (): void => undefined;
const logger = { info: quietly, warn: quietly, error: quietly, debug: quietly };

async function scraped(model: ModelName): Promise<string> {
  const { path } = installStandIn(folder, script, {
    model,
    gpus: 2,
    time: '2024-05-01T12:00:00.250Z',
    pids: [workerPid],
  });
  const table = new SeriesTable();
  const nvidiaSmi = new NvidiaSmi(
    {
      enabled: true,
      details: true,
      interval: 1,
      program: path,
      stale_after: 90,
      retry_after: 1,
      expected_devices: undefined,
    },
    new Map(),
    real,
  );
  const now = (): number => Date.now() / 1000;
  const context = { table, logger, now, procRoot: folder, sysRoot: folder, hostRoot: folder };
  const workers = () => Promise.resolve(new Map([[workerPid, { run: 'gpt', rank: '0' }]]));
  const collectors = [
    new GpuCollector(context, nvidiaSmi),
    new GpuDetailCollector(context, nvidiaSmi, { enabled: true, interval: 30 }, workers, {
      ranks: () => undefined,
      instances: () => undefined,
    }),
  ];
  try {
    for (const collector of collectors) await reading(collector);
  } finally {
    for (const collector of collectors) await collector.stop();
  }
  return expose('text', table.snapshot());
}

/** A machine under load starts the program so slowly that the first readings may come too early. */
async function reading(collector: Collector): Promise<void> {
  for (const deadline = Date.now() + 100_000; ;) {
    try {
      await collector.collect(AbortSignal.timeout(100_000));
      return;
    } catch (error) {
      // A guest is read once, and not again.
      if (error instanceof SourceAbsent) return;
      if (!(error instanceof CollectorError && error.reason === 'slow') || Date.now() > deadline) throw error;
    }
  }
}

describe('/metrics of two', { timeout: 120_000 }, () => {
  test.each(modelNames)('%s is what it was', async (model) => {
    await expect(scraped(model)).resolves.toMatchFileSnapshot(`golden/${model}.txt`);
  });
});
