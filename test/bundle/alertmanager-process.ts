import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeholders } from '../../src/bundle/index.ts';
import { startWebhookSink } from '../support/http-sink.ts';
import { startMailSink, type Mail } from '../support/mail-sink.ts';
import { edit } from '../support/monitoring.ts';
import { eventually, freePort, Program } from '../support/program.ts';
import { read, root } from './project.ts';

export interface SentAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
}

/** What Alertmanager posts: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
export interface WebhookMessage {
  readonly status: 'firing' | 'resolved';
  readonly receiver: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>> }[];
}

/** A real Alertmanager with the shipped routes, inhibitions and templates. Only waiting times and addresses are replaced. */
export class AlertmanagerProcess {
  readonly #url: string;
  readonly #webhook: Awaited<ReturnType<typeof startWebhookSink>>;
  readonly #stop: () => Promise<void>;
  readonly mails: readonly Mail[];

  private constructor(
    url: string,
    webhook: Awaited<ReturnType<typeof startWebhookSink>>,
    mails: readonly Mail[],
    stop: () => Promise<void>,
  ) {
    this.#url = url;
    this.#webhook = webhook;
    this.mails = mails;
    this.#stop = stop;
  }

  static async start(binary: string): Promise<AlertmanagerProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'gradwatch-alertmanager-'));
    const [mail, webhook, port] = [await startMailSink(), await startWebhookSink(), await freePort()];
    cpSync(`${root}/alertmanager/templates`, join(folder, 'templates'), { recursive: true });
    const secrets = ['on-call-webhook-url', 'dead-mans-switch-url'].map((name) => {
      const file = join(folder, name);
      writeFileSync(file, `${webhook.url}/${name}`);
      return [`/etc/alertmanager/secrets/${name}`, file] as const;
    });
    const configuration = edit(read('alertmanager/alertmanager.yml'), {
      [placeholders.smarthost]: `127.0.0.1:${mail.port}`,
      [placeholders.requireTls]: 'smtp_require_tls: false',
      ...Object.fromEntries(secrets),
    })
      .replaceAll(/group_wait: .*/g, 'group_wait: 1s')
      .replaceAll(/group_interval: .*/g, 'group_interval: 1s');
    writeFileSync(join(folder, 'alertmanager.yml'), configuration);
    const program = new Program('alertmanager', binary, [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ]);
    const stop = async () => {
      await program.stop();
      await Promise.all([mail.stop(), webhook.stop()]);
      rmSync(folder, { recursive: true });
    };
    const url = `http://127.0.0.1:${port}`;
    try {
      await eventually('Alertmanager to be ready', async () => (await fetch(`${url}/-/ready`)).ok || undefined);
    } catch (error) {
      await stop();
      throw new Error(`${String(error)}\n${program.output}`, { cause: error });
    }
    return new AlertmanagerProcess(url, webhook, mail.mails, stop);
  }

  /** Hands alerts over, as Prometheus does. */
  async post(alerts: readonly SentAlert[]): Promise<void> {
    const response = await fetch(`${this.#url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts),
    });
    if (!response.ok) throw new Error(`Alertmanager answered ${response.status}: ${await response.text()}`);
  }

  /** Messages to a receiver so far, those whose group has these labels. */
  messages(receiver: 'on-call' | 'dead-mans-switch', group: Readonly<Record<string, string>> = {}): WebhookMessage[] {
    return this.#webhook.received
      .filter(({ path }) => path.startsWith(`/${receiver}`))
      .map(({ body }) => body as WebhookMessage)
      .filter(({ groupLabels }) => Object.entries(group).every(([name, value]) => groupLabels[name] === value));
  }

  /** How many alerts inhibit the alerts with these labels. */
  async inhibitedBy(labels: Readonly<Record<string, string>>): Promise<number[]> {
    const filters = new URLSearchParams();
    for (const [name, value] of Object.entries(labels)) filters.append('filter', `${name}="${value}"`);
    const response = await fetch(`${this.#url}/api/v2/alerts?${filters.toString()}`);
    const alerts = (await response.json()) as { status: { inhibitedBy: string[] } }[];
    return alerts.map(({ status }) => status.inhibitedBy.length);
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}
