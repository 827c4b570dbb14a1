import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { afterEach, expect, it } from 'vitest';
import { protocol } from '../../src/protocol/index.ts';
import { startExporter } from '../support/exporter.ts';
import { startWebhookSink } from '../support/http-sink.ts';
import { startMailSink } from '../support/mail-sink.ts';
import { startAlertmanager, startPrometheus } from '../support/monitoring.ts';
import { eventually, sleep } from '../support/program.ts';
import { describeWithTools } from '../tools/tools.ts';

/** Of prometheus.yml: how long it takes at most until an alert follows a series, one scrape and one evaluation. */
const followsWithinSeconds = 30;
const run = 'taken-in-hand';
const token = 'of-the-platform-team';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

describeWithTools(['prometheus', 'prometheus-alertmanager'], 'a finding that somebody takes in hand', (tools) => {
  it('is mailed once: no more while it is in hand, and no "resolved" for being acknowledged', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradwatch-acknowledged-'));
    undo.push(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
    const exporter = await startExporter(['--gpu.enabled=false', `--http.token_file=${join(folder, 'token')}`]);
    undo.push(() => exporter.stop());
    const [mail, webhook] = [await startMailSink(), await startWebhookSink()];
    undo.push(mail.stop, webhook.stop);
    const alertmanager = await startAlertmanager(
      tools['prometheus-alertmanager'],
      folder,
      { smtp: `127.0.0.1:${mail.port}`, webhook: webhook.url },
      // A change of a group is told after seconds, so that what is not told is seen within a test.
      (configuration) => configuration.replaceAll(/(group_wait|group_interval): .*/g, '$1: 2s'),
    );
    undo.push(() => alertmanager.program.stop());
    const addresses = { exporter: exporter.httpAddress, alertmanager: alertmanager.address };
    const prometheus = await startPrometheus(tools.prometheus, folder, addresses);
    undo.push(() => prometheus.program.stop());

    undo.push(trainOnNothing(exporter.grpcAddress));
    const firing = await eventually(
      'the alert',
      async () => (await prometheus.api.alerts()).find((alert) => isOfRun(alert) && alert.state === 'firing'),
      { timeoutSeconds: 120 },
    );
    expect(firing.labels['alertname']).toBe('GradwatchNonFinite');
    await eventually('the mail', () => mail.mails[0], { timeoutSeconds: 60 });

    const { findings } = (await (await fetch(`${exporter.url}/api/v1/findings?run=${run}`)).json()) as {
      findings: { id: string; kind: string }[];
    };
    const { id } = findings.find(({ kind }) => kind === 'non_finite')!;
    const answer = await fetch(`${exporter.url}/api/v1/findings/${id}/acknowledgement`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ author: 'ada', note: 'the learning rate' }),
    });
    expect(answer.status).toBe(200);

    await eventually(
      'the alert to be held back',
      async () => {
        const alerts = (await (await fetch(`http://${alertmanager.address}/api/v2/alerts`)).json()) as {
          labels: Record<string, string>;
          status: { state: string; inhibitedBy: string[] };
        }[];
        const held = alerts.find(({ labels }) => labels['alertname'] === 'GradwatchNonFinite');
        return held?.status.inhibitedBy.length === 1 || undefined;
      },
      { timeoutSeconds: 60 + followsWithinSeconds },
    );
    await sleep(followsWithinSeconds + 10);
    expect((await prometheus.api.alerts()).filter(isOfRun).map(({ labels }) => labels['alertname'])).toEqual(
      expect.arrayContaining(['GradwatchNonFinite', 'GradwatchAcknowledged']),
    );
    expect(mail.mails.map(({ subject }) => subject)).toEqual([expect.stringContaining(run)]);
    expect(webhook.received.filter(({ path }) => path === '/on-call')).toHaveLength(1);
  });
});

function isOfRun({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean {
  return labels['run'] === run;
}

/** A worker of which every step's loss is no number. @returns what ends it */
function trainOnNothing(address: string): () => void {
  const client = new protocol.Telemetry(address, credentials.createInsecure());
  const stream = client.Report();
  stream.on('data', () => undefined);
  stream.on('error', () => undefined);
  stream.write({ hello: { run, rank: 0, world_size: 1, session: 'session-0123456789' } });
  let step = 0;
  const timer = setInterval(() => {
    step += 1;
    stream.write({ batch: { sequence: step, steps: [{ step, loss: NaN, gradient_norm: NaN }] } });
  }, 500);
  return () => {
    clearInterval(timer);
    stream.cancel();
    client.close();
  };
}
