import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { alertsOf, defaults, placeholders } from '../../src/bundle/index.ts';
import { eventually, sleep } from '../support/program.ts';
import { describeWithTools } from '../tools/tools.ts';
import { AlertmanagerProcess, type SentAlert } from './alertmanager-process.ts';
import { read, root } from './project.ts';

const alerts = Object.values(alertsOf(defaults));

it('has four lines to edit, and no secret', () => {
  const lines = read('alertmanager/alertmanager.yml').split('\n');
  const edited = lines.filter((line) => line.includes('# EDIT'));
  expect(edited).toHaveLength(4);
  for (const value of Object.values(placeholders)) {
    expect(edited.filter((line) => line.includes(value))).toHaveLength(1);
  }
  const active = lines.filter((line) => !line.trim().startsWith('#')).join('\n');
  expect(active).not.toMatch(/(password|secret|token|api_url|[^_]url): /);
});

describeWithTools(['amtool'], 'Alertmanager configuration', ({ amtool }) => {
  const run = (...args: string[]) => spawnSync(amtool, args, { cwd: `${root}/alertmanager`, encoding: 'utf8' });

  it('is taken', () => {
    const { status, stdout, stderr } = run('check-config', 'alertmanager.yml');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('1 templates');
  });

  it('tells nobody of what holds others back', () => {
    const { status, stdout } = run(
      ...['config', 'routes', 'test', '--config.file=alertmanager.yml', '--verify.receivers=nobody'],
      ...[
        'alertname=GradwatchAcknowledged',
        'severity=none',
        'holds=GradwatchNonFinite',
        'cluster=x',
        'run=x',
        'kind=x',
      ],
    );
    expect({ status, stdout: stdout.trim() }).toEqual({ status: 0, stdout: 'nobody' });
  });

  it.each(alerts)('$name goes where it should', ({ name, severity, expression }) => {
    const receiver = name === 'GradwatchWatchdog' ? 'dead-mans-switch' : 'on-call';
    const labels = expression.labels.map((label) => `${label}=x`);
    const { status, stdout } = run(
      ...['config', 'routes', 'test', '--config.file=alertmanager.yml', `--verify.receivers=${receiver}`],
      ...[`alertname=${name}`, `severity=${severity}`, ...labels],
    );
    expect({ status, stdout: stdout.trim() }).toEqual({ status: 0, stdout: receiver });
  });
});

vi.setConfig({ testTimeout: 60_000 });

describeWithTools(['prometheus-alertmanager'], 'a real Alertmanager', (programs) => {
  let alertmanager: AlertmanagerProcess;
  beforeAll(async () => {
    alertmanager = await AlertmanagerProcess.start(programs['prometheus-alertmanager']);
  }, 60_000);
  afterAll(() => alertmanager.stop());

  const links = {
    runbook_url: 'https://gradwatch.example/docs/runbooks/X.md',
    dashboard_url: 'https://grafana.example/d/gradwatch-run?var-run=x',
  };
  const alert = (alertname: string, labels: Record<string, string>, more: Partial<SentAlert> = {}): SentAlert => ({
    labels: { alertname: `Gradwatch${alertname}`, severity: 'critical', ...labels },
    annotations: { summary: `Headline of ${alertname}.`, description: 'What happened.', ...links },
    ...more,
  });
  const names = (message: { alerts: readonly { labels: Readonly<Record<string, string>> }[] } | undefined) =>
    message?.alerts.map(({ labels }) => labels['alertname']?.replace('Gradwatch', '')).toSorted();
  // The tests run side by side: each has runs and nodes of its own.

  /** Longer than the waiting times of this test: whatever was to come has come. */
  const settle = () => sleep(3);
  /** Messages about a group once there are `count`, and some time after. */
  const received = async (count: number, group: Record<string, string>) => {
    await eventually(`${count} messages`, () => alertmanager.messages('on-call', group).length >= count || undefined);
    await settle();
    return alertmanager.messages('on-call', group);
  };

  it.concurrent(
    'sends one message for a run, whatever happens on its nodes and ranks, and keeps its consequence back',
    async () => {
      const run = { cluster: 'main', run: 'one' };
      await alertmanager.post([
        alert('GradientExplosion', { ...run, kind: 'gradient_explosion' }),
        alert('NonFinite', { ...run, kind: 'non_finite' }),
        alert('WorkerLost', { ...run, kind: 'worker_lost', node: 'a', rank: '0' }),
        alert('WorkerLost', { ...run, kind: 'worker_lost', node: 'b', rank: '8' }),
        alert('NonFinite', { cluster: 'west', run: 'one', kind: 'non_finite' }),
      ]);
      expect((await received(1, run)).map(names)).toEqual([['GradientExplosion', 'WorkerLost', 'WorkerLost']]);
      // The run of that name in the other cluster is another incident, which nothing inhibits.
      expect(alertmanager.messages('on-call', { cluster: 'west' }).map(names)).toEqual([['NonFinite']]);
      expect(await alertmanager.inhibitedBy({ alertname: 'GradwatchNonFinite', cluster: 'main' })).toEqual([1]);
      const mails = alertmanager.mails.filter(({ subject }) => subject.includes('run one (main)'));
      expect(mails.map(({ subject }) => subject)).toEqual([
        '[firing] run one (main): GradwatchGradientExplosion, GradwatchWorkerLost',
      ]);
    },
  );

  it.concurrent(
    'sends one message for the GPUs that a node loses, and one for a worker of it that is lost for itself',
    async () => {
      const node = { cluster: 'main', node: 'gpu-3' };
      await alertmanager.post([
        alert('GpuLost', { ...node, uuid: 'GPU-a', gpu: '0' }),
        alert('GpuLost', { ...node, uuid: 'GPU-b', gpu: '1' }),
        alert('CollectorFailing', { ...node, instance: 'gpu-3:10420', collector: 'gpu', severity: 'warning' }),
        alert('WorkerLost', { ...node, run: 'two', rank: '0', kind: 'worker_lost' }),
        alert('WorkerLost', { cluster: 'main', node: 'gpu-4', run: 'two', rank: '8', kind: 'worker_lost' }),
      ]);
      expect((await received(1, node)).map(names)).toEqual([['GpuLost', 'GpuLost']]);
      // What died of the lost GPU is not told by the exporter; whatever it does tell is of another cause.
      expect(
        alertmanager
          .messages('on-call', { run: 'two' })
          .map(({ alerts }) => alerts.map(({ labels }) => labels['rank'])),
      ).toEqual([['0', '8']]);
    },
  );

  it.concurrent('keeps back what an exporter that is down can no longer tell, also that it is over', async () => {
    const node = { cluster: 'main', node: 'gpu-5' };
    const lost = alert('GpuLost', { ...node, uuid: 'GPU-c', gpu: '0' });
    await alertmanager.post([lost]);
    await received(1, node);
    await alertmanager.post([alert('ExporterDown', { ...node, instance: 'gpu-5:10420', severity: 'warning' })]);
    await received(2, node);
    await alertmanager.post([{ ...lost, endsAt: new Date().toISOString() }]);
    await settle();
    const messages = alertmanager.messages('on-call', node);
    expect(messages.map((message) => [message.status, ...(names(message) ?? [])])).toEqual([
      ['firing', 'GpuLost'],
      ['firing', 'ExporterDown'],
    ]);
  });

  it.concurrent(
    'is silent of what somebody has in hand, and tells that it is over to those who were told of it',
    async () => {
      const of = (run: string) => ({ cluster: 'south', run, kind: 'non_finite' });
      const held = (run: string) =>
        alert('Acknowledged', { ...of(run), holds: 'GradwatchNonFinite', severity: 'none' });
      const pair = (run: string, more: Partial<SentAlert> = {}) => [
        { ...alert('NonFinite', of(run)), ...more },
        { ...held(run), ...more },
      ];
      await alertmanager.post([alert('NonFinite', of('told'))]);
      await received(1, { run: 'told' });
      await alertmanager.post([...pair('told'), ...pair('at once'), alert('NonFinite', of('at once 2'))]);
      await received(1, { run: 'at once 2' });
      expect(await alertmanager.inhibitedBy({ alertname: 'GradwatchNonFinite', run: 'told' })).toEqual([1]);
      const over = { endsAt: new Date().toISOString() };
      await alertmanager.post([...pair('told', over), ...pair('at once', over)]);
      const messages = await received(2, { run: 'told' });
      expect(messages.map((message) => [message.status, ...(names(message) ?? [])])).toEqual([
        ['firing', 'NonFinite'],
        ['resolved', 'NonFinite'],
      ]);
      expect(alertmanager.messages('on-call', { run: 'at once' })).toEqual([]);
    },
  );

  it.concurrent(
    "sends what became critical in somebody's hand, while the alert that they know is held back",
    async () => {
      const labels = { cluster: 'main', run: 'worse', node: 'gpu-7', rank: '3', kind: 'straggler' };
      await alertmanager.post([
        alert('RankDegraded', { ...labels, severity: 'warning' }),
        alert('Acknowledged', { ...labels, holds: 'GradwatchRankDegraded', severity: 'none' }),
        alert('Escalated', labels),
      ]);
      expect((await received(1, { run: 'worse' })).map(names)).toEqual([['Escalated']]);
    },
  );

  it.concurrent('shows ten alerts of many and counts the rest', async () => {
    const ranks = Array.from({ length: 12 }, (_, rank) => String(rank));
    const labels = { cluster: 'main', run: 'many', kind: 'worker_lost', node: 'gpu-9' };
    await alertmanager.post(ranks.map((rank) => alert('WorkerLost', { ...labels, rank })));
    await received(1, { run: 'many' });
    const mail = alertmanager.mails.find(({ subject }) => subject.includes('run many'));
    expect(mail?.text.match(/Headline of WorkerLost/g)).toHaveLength(10);
    expect(mail?.html.match(/<h3>/g)).toHaveLength(10);
    expect(mail?.text).toContain('These are 10 of 12 alerts');
    expect(mail?.html).toContain('These are 10 of 12 alerts');
  });

  it.concurrent('inhibits nothing by a label that is missing on both sides', async () => {
    await alertmanager.post([
      alert('ExporterDown', { instance: 'x:1', severity: 'warning' }),
      alert('WorkerLost', { run: 'three', rank: '0', kind: 'worker_lost' }),
    ]);
    expect(await received(1, { run: 'three' })).toHaveLength(1);
  });

  it.concurrent("sends the watchdog to the dead man's switch and to nobody else", async () => {
    await alertmanager.post([alert('Watchdog', { severity: 'none' })]);
    const [message] = await eventually('the watchdog', () => {
      const messages = alertmanager.messages('dead-mans-switch');
      return messages.length > 0 ? messages : undefined;
    });
    expect(names(message)).toEqual(['Watchdog']);
    await settle();
    expect(alertmanager.messages('on-call').flatMap((one) => names(one) ?? [])).not.toContain('Watchdog');
    expect(alertmanager.mails.filter(({ text }) => text.includes('Watchdog'))).toEqual([]);
  });

  it.concurrent('writes a mail that names what happened and leads on, and one when it is over', async () => {
    const startsAt = '2026-01-02T03:04:05.000Z';
    const firing = alert(
      'GradientExplosion',
      { cluster: 'main', run: 'a <b>&', kind: 'gradient_explosion' },
      {
        startsAt,
        annotations: {
          summary: 'The gradient of a training run has exploded.',
          description: 'First on rank 9 at step 120. Cause: Norm 5210 > 900 on rank 9.',
          ...links,
        },
      },
    );
    await alertmanager.post([firing]);
    await received(1, { run: 'a <b>&' });
    await alertmanager.post([{ ...firing, endsAt: new Date().toISOString() }]);
    await received(2, { run: 'a <b>&' });
    const mails = alertmanager.mails.filter(({ subject }) => subject.includes('run a <b>&'));
    expect(mails.map(({ subject }) => subject)).toEqual([
      '[firing] run a <b>& (main): GradwatchGradientExplosion',
      '[resolved] run a <b>& (main): GradwatchGradientExplosion',
    ]);
    // Half an hour before it began.
    const dashboard = `${links.dashboard_url}&from=${Date.parse(startsAt) - 1_800_000}&to=now`;
    const [{ text, html }, over] = mails as [(typeof mails)[0], (typeof mails)[0]];
    for (const part of [
      'rank 9 at step 120',
      'Norm 5210 > 900',
      links.runbook_url,
      dashboard,
      '2026-01-02 03:04:05 UTC',
    ]) {
      expect(text).toContain(part);
    }
    expect(html).toContain(`<a href="${links.runbook_url}">`);
    expect(html.replaceAll('&amp;', '&')).toContain(dashboard);
    expect(html).toContain('a &lt;b&gt;&amp;');
    expect(html).toContain('Norm 5210 &gt; 900');
    expect(over.text).toContain('RESOLVED');
    expect(over.text).toContain(', until ');
    expect(over.text).not.toContain('FIRING');
  });
});
