import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SeriesTable, expose } from '../series/index.ts';
import { installStandIn, modelNames, type ModelName } from '../simulate/index.ts';
import { GpuCollector } from './collector.ts';
import { NvidiaSmi } from './nvidia-smi.ts';

// What /metrics says of each model: the real collector on the stand-in nvidia-smi as a real process, whose clock stands still.
// After a change that is meant, `npx vitest run --project unit src/gpu/golden.test.ts -u` writes them again.
const script = fileURLToPath(new URL('../../dist/simulate/nvidia-smi.js', import.meta.url));
if (!existsSync(script)) throw new Error(`${script} is not built; run: npm run build`);

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
  const { path } = installStandIn(folder, script, { model, gpus: 2, time: '2024-05-01T12:00:00.250Z' });
  const table = new SeriesTable();
  const nvidiaSmi = new NvidiaSmi(
    {
      enabled: true,
      details: true,
      interval: 1,
      program: path,
      stale_after: 30,
      retry_after: 1,
      expected_devices: undefined,
    },
    new Map(),
    {
      spawn: (program, args) => spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }),
      graceSeconds: 1,
    },
  );
  const collector = new GpuCollector(
    { table, logger, now: () => Date.now() / 1000, procRoot: folder, sysRoot: folder, hostRoot: folder },
    nvidiaSmi,
  );
  try {
    await collector.collect(AbortSignal.timeout(30_000));
  } finally {
    await collector.stop();
  }
  return expose('text', table.snapshot());
}

describe('/metrics of two', () => {
  test.each(modelNames)('%s is what it was', async (model) => {
    await expect(scraped(model)).resolves.toMatchFileSnapshot(`golden/${model}.txt`);
  });
});
