import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { init as initClient } from '../../src/client/index.ts';
import { compileClient } from '../support/compiled-client.ts';
import { startExporter, type RunningExporter } from '../support/exporter.ts';
import { eventually, freePort, Program, sleep } from '../support/program.ts';
import { canMount, SmallDisk } from '../support/small-disk.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-restart-'));
const client = compileClient();
const { init } = (await import(client.entry)) as { readonly init: typeof initClient };
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
afterAll(() => {
  client.remove();
  rmSync(folder, { recursive: true });
});

/** An exporter that comes back at the same addresses with the same state. */
async function house(state: string, flags: readonly string[] = []) {
  const ports = { http: await freePort(), grpc: await freePort() };
  const start = (): Promise<RunningExporter> =>
    startExporter(
      [
        '--grpc.socket=none',
        ...[`--state.directory=${state}`, '--state.interval=200ms', '--gpu.enabled=false', ...flags],
      ],
      ports,
    );
  let running = await start();
  undo.push(() => running.stop());
  const { url, grpcAddress: address } = running;
  /** The value of a series, undefined where there is none. */
  const series = async (name: string): Promise<number | undefined> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  };
  return {
    address,
    series,
    becomes: (name: string, value: number) =>
      eventually(`${name} to be ${value}`, async () => ((await series(name)) === value ? true : undefined)),
    findings: async () => {
      const { findings } = (await (await fetch(`${url}/api/v1/findings`)).json()) as {
        findings: readonly {
          id: string;
          kind: string;
          severity: string;
          resolution: string | null;
          subject: { rank: number | null };
        }[];
      };
      return findings.filter(({ resolution }) => resolution === null);
    },
    kill: async () => {
      running.program.child.kill('SIGKILL');
      await running.program.exited();
    },
    start: async () => {
      running = await start();
    },
  };
}

describe('an exporter that is killed in the middle of a run', () => {
  it('comes back with every count, finding and error, and loses and doubles nothing', async () => {
    const kmsg = join(folder, 'kmsg');
    const xid = (sequence: number): string =>
      `4,${sequence},${sequence}000000,-;NVRM: Xid (PCI:0000:3b:00): 31, pid=7\n`;
    writeFileSync(kmsg, xid(1) + xid(2));
    const exporter = await house(join(folder, 'state'), [
      ...[`--xid.kmsg=${kmsg}`, '--xid.interval=100ms', '--runs.return_within=3s'],
    ]);
    const { address, series, becomes, findings, kill, start } = exporter;
    const errors = 'gradwatch_gpu_xid_errors_total{uuid="",gpu="0000:3b:00.0",xid="31"}';
    const of = (metric: string, rank = 0): string => `${metric}{run="r",rank="${rank}"}`;

    const run = init({ run: 'r', rank: 0, worldSize: 2, address });
    undo.push(() => run.finish());
    const other = new Program('worker', process.execPath, [
      '--input-type=module',
      '-e',
      `import { init } from ${JSON.stringify(client.entry)};
       const run = init({ run: 'r', rank: 1, worldSize: 2, address: ${JSON.stringify(address)} });
       for (let step = 0; ; step += 1) { run.log({ step, loss: 1 }); await new Promise((go) => setTimeout(go, 50)); }`,
    ]);
    undo.push(() => other.stop());

    let step = 0;
    const train = async (steps: number): Promise<void> => {
      for (const end = step + steps; step < end; step += 1) {
        run.log({ step, loss: step === 5 ? NaN : 1, samples: 8 });
        await sleep(0.01);
      }
    };
    await train(60);
    await becomes(of('gradwatch_train_nonfinite_steps_total'), 1);
    await eventually(
      'rank 1 to report',
      async () => ((await series(of('gradwatch_rank_step', 1))) ?? 0) > 5 || undefined,
    );
    await becomes(errors, 2);
    const [opened] = await findings();
    expect(opened?.kind).toBe('non_finite');
    await sleep(0.5);

    for (const round of [1, 2]) {
      await train(40);
      await kill();
      if (round === 1) {
        other.child.kill('SIGKILL');
        await other.exited();
      }
      appendFileSync(kmsg, xid(2 + round));
      await train(40);
      await start();
      if (round === 1) expect(await series('gradwatch_rank_state{run="r",rank="1",state="healthy"}')).toBe(0);
      expect((await findings()).map(({ id }) => id)).toContain(opened?.id);
      await train(40);
    }

    expect(await run.finish()).toBe(true);
    expect(await series(of('gradwatch_train_steps_total'))).toBe(step);
    expect(await series(of('gradwatch_train_samples_total'))).toBe(8 * step);
    expect(await series(of('gradwatch_train_nonfinite_steps_total'))).toBe(1);
    expect(await series(of('gradwatch_rank_rollbacks_total'))).toBe(0);
    expect(await series(of('gradwatch_rank_dropped_steps_total'))).toBe(0);
    expect(await series(of('gradwatch_rank_step'))).toBe(step - 1);
    expect(await series('gradwatch_rank_state{run="r",rank="0",state="finished"}')).toBe(1);
    expect(await series('gradwatch_findings_total{kind="non_finite",severity="warning"}')).toBe(1);
    await becomes(errors, 4);
    await becomes('gradwatch_rank_state{run="r",rank="1",state="lost"}', 1);
    // Rank 0 is taken for lost too where its client takes long to try again, and comes back.
    const lost = (await findings()).filter(({ kind, subject }) => kind === 'worker_lost' && subject.rank === 1);
    expect(lost).toMatchObject([{ severity: 'warning' }]);
  });
});

describe.runIf(canMount('the state directory on a full disk'))(
  'an exporter whose state directory is on a full disk',
  () => {
    it('acknowledges nothing, watches all the same, and acknowledges again when there is room', async () => {
      const disk = new SmallDisk(join(folder, 'disk'), 64);
      undo.push(disk.remove);
      disk.fill();
      const { address, series, becomes, findings } = await house(disk.path);
      const run = init({ run: 'full', rank: 0, worldSize: 1, address });
      for (let step = 0; step < 20; step += 1) run.log({ step, loss: step > 15 ? NaN : 1 });
      await becomes('gradwatch_train_steps_total{run="full",rank="0"}', 20);
      expect((await findings()).map(({ kind }) => kind)).toEqual(['non_finite']);
      expect(await series('gradwatch_exporter_snapshot_failures_total{reason="full"}')).toBeGreaterThan(0);
      expect(await series('gradwatch_exporter_snapshot_timestamp_seconds')).toBeUndefined();
      expect(await run.finish()).toBe(false);

      const next = init({ run: 'room', rank: 0, worldSize: 1, address });
      next.log({ step: 0, loss: 1 });
      await becomes('gradwatch_train_steps_total{run="room",rank="0"}', 1);
      disk.clear();
      expect(await next.finish()).toBe(true);
    });
  },
);
