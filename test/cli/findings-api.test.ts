import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/findings/index.ts';
import { compileClient } from '../support/compiled-client.ts';
import { followEvents, type EventClient } from '../support/event-stream.ts';
import { startExporter, type RunningExporter } from '../support/exporter.ts';
import { eventually, freePort, Program } from '../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-findings-'));
const token = join(folder, 'token');
const log = join(folder, 'findings.jsonl');
writeFileSync(token, 'sesame\n');
const worker = compileClient();
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
afterAll(() => {
  worker.remove();
  rmSync(folder, { recursive: true });
});

/** Eight ranks in one process, of which each loses its loss at step 20. */
const training = (address: string): string => `
  import { init } from ${JSON.stringify(worker.entry)};
  const ranks = Array.from({ length: 8 }, (_, rank) =>
    init({ run: 'r', rank, worldSize: 8, address: ${JSON.stringify(address)} }));
  for (let step = 0; ; step += 1) {
    for (const run of ranks) run.log({ step, loss: step === 20 ? NaN : 1 });
    await new Promise((go) => setTimeout(go, 20));
  }`;

interface List {
  readonly findings: readonly Finding[];
  readonly total: number;
  readonly next: string | null;
}

// Every case starts processes, which takes its time on a busy machine.
describe('the findings of a run, over HTTP', { timeout: 120_000 }, () => {
  it('can be listed, followed through interruptions, silenced and acknowledged, also over a restart', async () => {
    const ports = { http: await freePort(), grpc: await freePort() };
    const start = (): Promise<RunningExporter> =>
      startExporter(
        [
          ...['--grpc.socket=none', '--gpu.enabled=false', `--http.token_file=${token}`, `--log.findings=${log}`],
          ...[`--state.directory=${join(folder, 'state')}`, '--state.interval=1h'],
        ],
        ports,
      );
    let exporter = await start();
    undo.push(() => exporter.stop());
    const { url, grpcAddress } = exporter;
    const get = async (path: string) => await (await fetch(`${url}${path}`)).json();
    const list = async (query: string) => (await get(`/api/v1/findings?${query}`)) as List;
    const ask = (method: string, path: string, body?: object) =>
      fetch(`${url}${path}`, {
        method,
        headers: { authorization: 'Bearer sesame', 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    const series = async (name: string): Promise<readonly string[]> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return text.split('\n').filter((line) => line.startsWith(name));
    };
    const follow = async (lastId?: string): Promise<EventClient> => {
      const client = await followEvents(`${url}/api/v1/findings/stream`, {
        ...(lastId !== undefined && { 'last-event-id': lastId }),
      });
      undo.push(client.leave);
      return client;
    };
    const told = (client: EventClient, event: string, kind: string) =>
      client.events.filter(
        (each) => each.event === event && (each.data as { finding?: Finding }).finding?.kind === kind,
      );

    const first = await follow();
    const ranks = new Program('ranks', process.execPath, ['--input-type=module', '-e', training(grpcAddress)]);
    undo.push(() => ranks.stop());
    await eventually('all ranks to have lost their loss', async () => {
      const lines = await series('gradwatch_train_nonfinite_steps_total{run="r"');
      return lines.filter((line) => line.endsWith(' 1')).length === 8 || undefined;
    });
    // One incident on eight ranks is one finding.
    await eventually('the finding to be told', () => told(first, 'opened', 'non_finite').length === 1 || undefined);
    expect(await list('kind=non_finite')).toMatchObject({
      total: 1,
      findings: [{ subject: { run: 'r', rank: null } }],
    });
    first.leave();

    ranks.child.kill('SIGKILL');
    await eventually(
      'the loss of all ranks to be found',
      async () => (await list('kind=worker_lost&state=open')).total === 8 || undefined,
    );
    const pages: Finding[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page: List = await list(`kind=worker_lost&limit=3${next === '' ? '' : `&cursor=${next}`}`);
      pages.push(...page.findings);
      next = page.next;
    }
    expect(new Set(pages.map(({ subject }) => subject.rank)).size).toBe(8);
    const [root, ...more] = pages.filter(({ consequenceOf }) => consequenceOf === null);
    expect(more).toEqual([]);
    const id = root?.id ?? '';
    await eventually('all that opened to be on disk, long before the next beat', async () => {
      const [line] = await series('gradwatch_exporter_snapshot_timestamp_seconds ');
      return Number(line?.split(' ')[1]) >= Math.max(...pages.map(({ openedAt }) => openedAt)) || undefined;
    });
    expect(((await get(`/api/v1/findings/${id}`)) as { consequences: string[] }).consequences).toHaveLength(7);

    // Who went away hears what it missed.
    const second = await follow(first.lastId());
    await eventually('what was missed', () => told(second, 'opened', 'worker_lost').length === 8 || undefined);
    expect(told(second, 'opened', 'non_finite')).toEqual([]);

    // A flood of clients is turned away, and harms nobody.
    const flood = await Promise.all(Array.from({ length: 100 }, () => follow()));
    expect(flood.filter(({ response }) => response.statusCode === 200)).toHaveLength(31);
    expect(await series('gradwatch_exporter_http_refused_total{reason="stream_limit"}')).toEqual([
      expect.stringMatching(/ 69$/),
    ]);
    for (const client of flood) client.leave();

    const created = await ask('POST', '/api/v1/silences', {
      ...{ run: 'r', kind: 'worker_lost', duration: '1h', author: 'ada', comment: 'maintenance' },
    });
    expect(created.status).toBe(201);
    const silence = ((await created.json()) as { id: string }).id;
    expect((await ask('POST', `/api/v1/findings/${id}/acknowledgement`, { author: 'ada' })).status).toBe(200);
    expect(await series('gradwatch_finding_silenced')).toHaveLength(8);
    expect(await series('gradwatch_finding_acknowledged')).toEqual([
      `gradwatch_finding_acknowledged{finding="${id}"} 1`,
    ]);
    await eventually('both to be told', () => told(second, 'acknowledged', 'worker_lost').length === 1 || undefined);
    expect(told(second, 'silenced', 'worker_lost')).toHaveLength(8);

    // What was answered is on disk.
    exporter.program.child.kill('SIGKILL');
    await exporter.program.exited();
    exporter = await start();
    expect(await get(`/api/v1/findings/${id}`)).toMatchObject({
      ...{ id, silencedBy: silence, resolvedAt: null, acknowledgement: { author: 'ada' } },
    });
    const third = await follow(second.lastId());
    await eventually('to hear that events were missed', () => third.events[0]?.event === 'reset' || undefined);

    expect((await ask('DELETE', `/api/v1/silences/${silence}`)).status).toBe(204);
    expect(await series('gradwatch_finding_silenced')).toEqual([]);
    await eventually('to hear of it', () => told(third, 'unsilenced', 'worker_lost').length === 8 || undefined);
    const actions = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Record<string, unknown>)['event.action']);
    for (const change of ['opened', 'silenced', 'acknowledged', 'unsilenced'])
      expect(actions).toContain(`finding-${change}`);

    await exporter.stop();
    await eventually('the stream to end', () => third.ended() || undefined);
  });
});
