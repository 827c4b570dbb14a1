import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWebhookSink } from '../support/http-sink.ts';
import { startMailSink, type Mail } from '../support/mail-sink.ts';
import { startAlertmanager } from '../support/monitoring.ts';

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
    const [mail, webhook] = [await startMailSink(), await startWebhookSink()];
    const stopSinks = async () => {
      await Promise.all([mail.stop(), webhook.stop()]);
      rmSync(folder, { recursive: true });
    };
    try {
      const { program, address } = await startAlertmanager(
        binary,
        folder,
        { smtp: `127.0.0.1:${mail.port}`, webhook: webhook.url },
        (configuration) => configuration.replaceAll(/(group_wait|group_interval): .*/g, '$1: 1s'),
      );
      return new AlertmanagerProcess(`http://${address}`, webhook, mail.mails, async () => {
        await program.stop();
        await stopSinks();
      });
    } catch (error) {
      await stopSinks();
      throw error;
    }
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
