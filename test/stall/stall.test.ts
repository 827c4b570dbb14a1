import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { init as initClient } from '../../src/client/index.ts';
import { compileClient } from '../support/compiled-client.ts';
import { startExporter } from '../support/exporter.ts';
import { eventually, freePort, sleep } from '../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-stall-'));
const client = compileClient();
const { init } = (await import(client.entry)) as { readonly init: typeof initClient };
afterAll(() => {
  client.remove();
  rmSync(folder, { recursive: true });
});

it('a worker whose loop hangs shows as stalled, also over a restart of the exporter, until its next step', async () => {
  const ports = { http: await freePort(), grpc: await freePort() };
  const start = () =>
    startExporter(
      [
        ...['--grpc.socket=none', `--state.directory=${folder}`, '--state.interval=200ms', '--gpu.enabled=false'],
        ...['--detect.stall.training=1s', '--detect.stall.other=1s', '--detect.stall.warmup=3', '--findings.hold=0s'],
      ],
      ports,
    );
  let exporter = await start();
  const { url } = exporter;
  const run = init({ run: 'hangs', rank: 0, worldSize: 1, address: exporter.grpcAddress });
  const becomes = (state: string) =>
    eventually(`the rank to be ${state}`, async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return text.includes(`gradwatch_rank_state{run="hangs",rank="0",state="${state}"} 1`) || undefined;
    });
  const findings = async () => {
    const { findings: all } = (await (await fetch(`${url}/api/v1/findings`)).json()) as {
      findings: readonly { kind: string; severity: string; resolution: string | null }[];
    };
    return all.map(({ kind, severity, resolution }) => `${kind} ${severity} ${resolution ?? 'open'}`);
  };
  try {
    for (let step = 0; step < 8; step += 1) {
      run.log({ step, loss: 1 });
      await sleep(0.01);
    }
    await becomes('stalled');
    expect(await findings()).toEqual(['stall critical open']);

    exporter.program.child.kill('SIGKILL');
    await exporter.program.exited();
    exporter = await start();
    await becomes('stalled');
    expect(await findings()).toContain('stall critical open');

    run.log({ step: 8, loss: 1 });
    await becomes('healthy');
    await eventually('the finding to be resolved', async () => {
      const all = await findings();
      return (all.includes('stall critical recovered') && !all.some((each) => each.endsWith('open'))) || undefined;
    });
    expect(await run.finish()).toBe(true);
  } finally {
    await exporter.stop();
  }
});
