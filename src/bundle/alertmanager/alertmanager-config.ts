import { stringify } from 'yaml';
import { acknowledgedAlert, alertsOf } from '../alerts/index.ts';
import type { BundleConfig, NotificationTiming } from '../config.ts';
import { type BundleFile, generatedHeader } from '../file.ts';
import { inhibitRules } from './inhibition.ts';

/** The four values that a user edits; each stands once in the file. */
export const placeholders = {
  smarthost: 'smtp.example.com:587',
  from: 'gradwatch@example.com',
  to: 'on-call@example.com',
  requireTls: 'smtp_require_tls: true',
} as const;

export function alertmanagerConfig(config: BundleConfig): BundleFile {
  const alerts = alertsOf(config);
  const { training, node, other, watchdog } = config.notifications;
  const content = `${generatedHeader}# Needs Alertmanager 0.26 or newer. Edit the four lines marked EDIT; the rest can stay.
global:
  smtp_smarthost: ${placeholders.smarthost} # EDIT: mail server
  smtp_from: ${placeholders.from} # EDIT: sender
  ${placeholders.requireTls} # EDIT: false only for a mail server on this machine
  # A server that wants a login; passwords stand in files, never here.
  # smtp_auth_username: gradwatch
  # smtp_auth_password_file: /etc/alertmanager/secrets/smtp-password

receivers:
  - name: on-call
    email_configs:
      - to: ${placeholders.to} # EDIT: who is told
        send_resolved: true
        headers:
          Subject: '{{ template "gradwatch.subject" . }}'
        text: '{{ template "gradwatch.text" . }}'
        html: '{{ template "gradwatch.html" . }}'
    # The same as JSON, for chat, SMS or paging gateways; the file holds the address. Without one, delete these three lines.
    webhook_configs:
      - url_file: /etc/alertmanager/secrets/on-call-webhook-url
        send_resolved: true
  - name: dead-mans-switch
    # A service that raises the alarm when it is not called for some minutes.
    webhook_configs:
      - url_file: /etc/alertmanager/secrets/dead-mans-switch-url
        send_resolved: false
  # Holds other alerts back, and is itself told to nobody.
  - name: nobody

templates:
  - templates/gradwatch.tmpl

route:
  receiver: on-call
  group_by: [alertname, cluster, node]
${timing(other, 2)}
  routes:
    - receiver: dead-mans-switch
      matchers: ['alertname = ${alerts.watchdog.name}']
      group_by: [cluster]
${timing(watchdog, 6)}
    - receiver: nobody
      matchers: ['alertname = ${acknowledgedAlert.name}']
    # Whatever happens to a run is one incident and one message, on however many nodes and ranks.
    - receiver: on-call
      matchers: ['alertname =~ "Gradwatch.+"', 'run != ""']
      group_by: [cluster, run]
${timing(training, 6)}
    # Eight GPUs that a node loses at once are one message.
    - receiver: on-call
      matchers: ['alertname =~ "Gradwatch.+"', 'severity = critical']
      group_by: [cluster, node]
${timing(node, 6)}

${stringify({ inhibit_rules: inhibitRules(alerts) }, { lineWidth: 0 })}`;
  return { path: 'alertmanager/alertmanager.yml', content };
}

function timing({ wait, interval, repeat }: NotificationTiming, indent: number): string {
  return [`group_wait: ${wait}`, `group_interval: ${interval}`, `repeat_interval: ${repeat}`]
    .map((line) => ' '.repeat(indent) + line)
    .join('\n');
}
