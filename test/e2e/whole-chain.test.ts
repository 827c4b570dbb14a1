import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboardQueries, variableSelectors, type Dashboard } from '../../src/bundle/index.ts';
import { installStandIn } from '../../src/simulate/index.ts';
import { startExporter, type RunningExporter } from '../support/exporter.ts';
import { startWebhookSink } from '../support/http-sink.ts';
import { startMailSink, type Mail } from '../support/mail-sink.ts';
import { startAlertmanager, startPrometheus } from '../support/monitoring.ts';
import { eventually, sleep, type Program } from '../support/program.ts';
import type { PrometheusApi } from '../support/prometheus.ts';
import { pythonWithTorch } from '../tools/python.ts';
import { describeWithTools } from '../tools/tools.ts';
import { Training } from './training.ts';

/**
 * The whole chain on real parts and with the shipped files: a training whose learning rate is multiplied by 100 becomes series, a
 * finding, an alert and one mail; when it is put right, one mail says so. The same training without the fault stays silent.
 */

const root = resolve(import.meta.dirname, '../..');
const stepSeconds = 0.1;
const faultStep = 300;
/** Five minutes after the fault the runs still train: until the recovery is told, and a group interval beyond. */
const steps = 5_400;
/** Of alertmanager.yml, for what happens to a run. */
const groupIntervalSeconds = 120;
const faulty = 'digits-faulty';
const healthy = 'digits-healthy';

interface ApiFinding {
  readonly id: string;
  readonly kind: string;
  readonly severity: string;
  readonly subject: { readonly run: string | null; readonly rank: number | null };
  readonly firstStep: number;
  readonly detectedStep: number;
  readonly openedAt: number;
  readonly resolvedAt: number | null;
  readonly resolution: string | null;
  readonly consequenceOf: string | null;
  readonly cause: string;
}

const python = pythonWithTorch();

/** Series that there are only where somebody silenced or acknowledged a finding: here nobody does. */
const ofPeople = /gradwatch_finding_(?:silenced|acknowledged|escalated)/;

/** Kinds that judge how long things take: steps of some milliseconds, of processes that share two processors, do become slow now and then. */
const ofTime = [
  'step_outlier',
  'slow_down',
  'throughput_regression',
  'straggler',
  'load_imbalance',
  'slow_communication',
  'out_of_step',
  'bottleneck',
];

describeWithTools(['prometheus', 'prometheus-alertmanager'], 'the whole chain', (tools) => {
  describe.skipIf(python === null)('from a training step to a mail', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradwatch-e2e-'));
    const stops: (() => Promise<unknown>)[] = [];
    let exporter: RunningExporter;
    let prometheus: PrometheusApi;
    let mails: readonly Mail[];
    let webhooks: readonly { readonly path: string }[];
    let trainings: { readonly faulty: Training; readonly healthy: Training };
    let explosion: ApiFinding;
    let firingAt: number;

    const findings = async (): Promise<readonly ApiFinding[]> => {
      const response = await fetch(`${exporter.url}/api/v1/findings`);
      return ((await response.json()) as { findings: ApiFinding[] }).findings;
    };
    const mailsAbout = (run: string) => mails.filter((mail) => `${mail.subject}\n${mail.text}`.includes(run));

    beforeAll(async () => {
      const standIn = installStandIn(folder, join(root, 'dist/simulate/nvidia-smi.js'), { gpus: 2 });
      exporter = await startExporter([
        `--gpu.program=${standIn.path}`,
        `--log.findings=${join(folder, 'findings.jsonl')}`,
        ...ofTime.map((kind) => `--detect.${kind}.enabled=false`),
      ]);
      stops.push(() => exporter.stop());

      const mailSink = await startMailSink();
      mails = mailSink.mails;
      const webhookSink = await startWebhookSink();
      webhooks = webhookSink.received;
      stops.push(mailSink.stop, webhookSink.stop);

      const alertmanager = await startAlertmanager(tools['prometheus-alertmanager'], folder, {
        smtp: `127.0.0.1:${mailSink.port}`,
        webhook: webhookSink.url,
      });
      stops.push(() => alertmanager.program.stop());
      const server = await startPrometheus(tools.prometheus, folder, {
        exporter: exporter.httpAddress,
        alertmanager: alertmanager.address,
      });
      prometheus = server.api;
      stops.push(() => server.program.stop());

      const gpus = await eventually('the GPUs of the stand-in', async () => {
        const text = await (await fetch(`${exporter.url}/metrics`)).text();
        const uuids = [...text.matchAll(/^gradwatch_gpu_info\{uuid="([^"]+)"/gm)].map(([, uuid]) => uuid ?? '');
        return uuids.length === 2 ? uuids : undefined;
      });
      const options = { python: python ?? '', folder, exporterAddress: exporter.grpcAddress, gpus, steps, stepSeconds };
      trainings = {
        faulty: await Training.start(faulty, { ...options, faultStep }),
        healthy: await Training.start(healthy, options),
      };
      stops.push(
        () => trainings.faulty.stop(),
        () => trainings.healthy.stop(),
      );
    });

    afterAll(async () => {
      for (const stop of stops.reverse()) await stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const alive = (program: Program): void => {
      if (program.child.exitCode !== null) throw new Error(`${program.name} ended:\n${program.output}`);
    };

    it('finds the explosion within one step of the first exploded gradient', async () => {
      explosion = await eventually(
        'the finding',
        async () => {
          for (const training of Object.values(trainings)) training.ranks.forEach(alive);
          return (await findings()).find(({ kind }) => kind === 'gradient_explosion');
        },
        { timeoutSeconds: 180 },
      );
      expect(explosion.subject).toMatchObject({ run: faulty, rank: null });
      // The learning rate acts on the update at the end of its step; the next gradient is the first exploded one.
      expect(explosion.firstStep).toBe(faultStep + 1);
      expect(explosion.detectedStep).toBeLessThanOrEqual(faultStep + 2);
      expect(explosion.cause).toMatch(/learning rate rose from 0\.05 to 5 /);
    });

    it('tells every rank of the run, which goes back to its checkpoint', async () => {
      for (const rank of [0, 1]) {
        await eventually('the worker to hear of it', () =>
          trainings.faulty
            .record(rank)
            .find(
              (line) => line.event === 'finding' && line.kind === 'gradient_explosion' && line.severity === 'critical',
            ),
        );
        await eventually('the restored checkpoint', () => trainings.faulty.event(rank, 'restored'));
      }
    });

    it('fires the alert and sends exactly one mail that names run, rank, step and cause', async () => {
      const alert = await eventually(
        'the alert',
        async () =>
          (await prometheus.alerts()).find(
            ({ labels, state }) => labels['alertname'] === 'GradwatchGradientExplosion' && state === 'firing',
          ),
        { timeoutSeconds: 60 },
      );
      firingAt = Date.parse(alert.activeAt) / 1000;
      const mail = await eventually('the mail', () => mailsAbout(faulty)[0], { timeoutSeconds: 60 });
      for (const body of [mail.text, mail.html]) {
        expect(body).toContain(faulty);
        expect(body).toMatch(/rank [01]\b/);
        expect(body).toContain(`step ${explosion.firstStep}`);
        expect(body).toContain('learning rate rose from 0.05 to 5');
      }
      expect(mail.subject).toContain(faulty);

      const runbook = /\/docs\/runbooks\/(\w+\.md)/.exec(mail.text)?.[1];
      expect(runbook).toBe('GradwatchGradientExplosion.md');
      expect(existsSync(join(root, 'docs/runbooks', runbook!))).toBe(true);
      const uid = /\/d\/([\w-]+)/.exec(mail.text)?.[1];
      expect(uid).toBe(dashboard().uid);
      printStages(trainings.faulty.event(0, 'fault')!.time, explosion.openedAt, firingAt, mail.receivedAt);
    });

    it('serves series that equal what the training recorded', async () => {
      const fields = {
        loss: 'loss',
        gradient_norm: 'gradient_norm',
        learning_rate: 'learning_rate',
        step_seconds: 'step_seconds',
      };
      for (const training of Object.values(trainings)) {
        for (const rank of [0, 1]) {
          const recorded = new Map<number, string[]>();
          for (const step of training.steps(rank)) {
            const facts = Object.keys(fields).map((field) => step[field as keyof typeof fields]);
            recorded.set(step.step, [...(recorded.get(step.step) ?? []), JSON.stringify(facts)]);
          }
          const selector = `{run="${training.run}",rank="${rank}"}`;
          const seen = await prometheus.raw(`gradwatch_rank_step${selector}[30m]`);
          const values = await Promise.all(
            Object.values(fields).map(async (field) => {
              const series = await prometheus.raw(`gradwatch_train_${field}${selector}[30m]`);
              return new Map(series[0]?.values ?? []);
            }),
          );
          const scrapes = seen[0]?.values ?? [];
          // Training began less than a minute ago, and is scraped every 15 s.
          expect(scrapes.length).toBeGreaterThan(2);
          for (const [time, step] of scrapes) {
            const facts = JSON.stringify(values.map((series) => Number(series.get(time) ?? null)));
            expect(recorded.get(Number(step)), `rank ${rank} at step ${step}`).toContain(facts);
          }
        }
      }
    });

    it('sends one mail when it is over, and none besides', async () => {
      const resolved = await eventually(
        'the finding to be resolved',
        async () => (await findings()).find(({ id, resolvedAt }) => id === explosion.id && resolvedAt !== null),
        { timeoutSeconds: 300, everySeconds: 1 },
      );
      expect(resolved.resolution).toBe('recovered');
      await eventually('the mail of the recovery', () => mailsAbout(faulty)[1], {
        timeoutSeconds: 300,
        everySeconds: 1,
      });
      // Had anything else been found about this run, the group would tell it at its next interval.
      await sleep(groupIntervalSeconds + 30);
      const subjects = mailsAbout(faulty).map(({ subject }) => subject);
      expect(subjects).toHaveLength(2);
      expect(subjects[0]).not.toMatch(/resolved/i);
      expect(subjects[1]).toMatch(/resolved/i);
    });

    it('attached the consequences to their cause', async () => {
      const others = (await findings()).filter(
        ({ id, severity, subject }) => id !== explosion.id && severity !== 'info' && subject.run === faulty,
      );
      for (const finding of others)
        expect(finding, JSON.stringify(finding)).toMatchObject({ consequenceOf: explosion.id });
    });

    it('is silent about the same training without the fault', async () => {
      trainings.healthy.ranks.forEach(alive);
      const found = (await findings()).filter(
        ({ subject, severity }) => subject.run === healthy && severity !== 'info',
      );
      expect(found.filter(({ kind }) => kind !== 'loss_spike')).toEqual([]);
      // A spike of the loss alone mails nobody, and is false up to once in 1,000 steps (docs/detectors/loss_spike.md).
      expect(found.filter(({ severity }) => severity === 'critical')).toEqual([]);
      expect(found.length).toBeLessThanOrEqual(Math.ceil(trainings.healthy.steps(0).length / 1000));
      expect(mailsAbout(healthy)).toEqual([]);
      expect(mails).toHaveLength(2);
    });

    it('keeps calling the dead man’s switch', () => {
      expect(webhooks.filter(({ path }) => path === '/dead-mans-switch').length).toBeGreaterThan(1);
    });

    it('fills every panel of the dashboard', async () => {
      const picked = { cluster: '.*', run: faulty, rank: '.*', rateInterval: '1m', range: '30m' };
      const empty: string[] = [];
      for (const { title, refId, expression } of dashboardQueries(dashboard(), picked)) {
        const result = await prometheus.range(expression, 30 * 60, 15);
        if (result.length === 0 && !ofPeople.test(expression)) empty.push(`${title} ${refId}: ${expression}`);
      }
      expect(empty).toEqual([]);
      for (const { name, selector } of variableSelectors(dashboard(), picked)) {
        expect((await prometheus.query(selector)).length, `variable ${name}`).toBeGreaterThan(0);
      }
    });

    it('ends the runs as finished', async () => {
      await Promise.all(
        Object.values(trainings)
          .flatMap(({ ranks }) => ranks)
          .map(async (rank) => {
            rank.child.kill('SIGTERM');
            await rank.exited();
          }),
      );
      const states = await eventually('the ends of the runs', async () => {
        const { runs } = (await (await fetch(`${exporter.url}/api/v1/runs`)).json()) as {
          runs: { run: string; state: string }[];
        };
        const found = new Map(runs.map(({ run, state }) => [run, state]));
        return found.get(faulty) === 'preempted' && found.get(healthy) === 'preempted' ? found : undefined;
      });
      expect(states.size).toBe(2);
    });
  });
});

function dashboard(): Dashboard {
  return JSON.parse(readFileSync(join(root, 'grafana/gradwatch-run.json'), 'utf8')) as Dashboard;
}

function printStages(fault: number, finding: number, alert: number, mail: number): void {
  const row = (stage: string, at: number, before: number) =>
    `  ${stage.padEnd(28)} ${(at - fault).toFixed(2).padStart(8)} s ${(at - before).toFixed(2).padStart(10)} s`;
  console.log(
    [
      'time since the fault, and since the stage before:',
      row('finding opened', finding, fault),
      row('alert active in Prometheus', alert, finding),
      row('mail received', mail, alert),
    ].join('\n'),
  );
}
