import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { placeholders } from '../../src/bundle/index.ts';
import { eventually, freePort, Program } from './program.ts';
import { PrometheusApi } from './prometheus.ts';

const root = resolve(import.meta.dirname, '../..');

/**
 * Replaces what a user edits in a shipped file, and nothing else.
 * @throws Error when a text to be replaced does not stand there exactly once: then the file and this test have parted.
 */
export function edit(text: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((edited, [from, to]) => {
    const found = edited.split(from).length - 1;
    if (found !== 1) throw new Error(`${JSON.stringify(from)} stands ${found} times in the shipped file`);
    return edited.replace(from, () => to);
  }, text);
}

async function started(program: Program, url: string): Promise<Program> {
  try {
    await eventually(`${program.name} to be ready`, async () => (await fetch(`${url}/-/ready`)).ok || undefined);
    return program;
  } catch (error) {
    await program.stop();
    throw new Error(`${String(error)}\n${program.output}`, { cause: error });
  }
}

/** Prometheus with the shipped configuration and rules, its two addresses replaced. */
export async function startPrometheus(
  binary: string,
  folder: string,
  addresses: { readonly exporter: string; readonly alertmanager: string },
): Promise<{ program: Program; api: PrometheusApi }> {
  cpSync(join(root, 'prometheus/rules'), join(folder, 'rules'), { recursive: true });
  const shipped = readFileSync(join(root, 'prometheus/prometheus.yml'), 'utf8');
  const configuration = join(folder, 'prometheus.yml');
  writeFileSync(
    configuration,
    edit(shipped, { 'localhost:10420': addresses.exporter, 'localhost:9093': addresses.alertmanager }),
  );
  const address = `127.0.0.1:${await freePort()}`;
  const program = new Program('prometheus', binary, [
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${join(folder, 'prometheus')}`,
    `--web.listen-address=${address}`,
  ]);
  await started(program, `http://${address}`);
  return { program, api: new PrometheusApi(`http://${address}`) };
}

/**
 * Alertmanager with the shipped configuration; what the file marks as to be edited is. `adjust` can change more, for a test that
 * cannot wait.
 */
export async function startAlertmanager(
  binary: string,
  folder: string,
  receivers: { readonly smtp: string; readonly webhook: string },
  adjust: (configuration: string) => string = (configuration) => configuration,
): Promise<{ program: Program; address: string }> {
  cpSync(join(root, 'alertmanager/templates'), join(folder, 'templates'), { recursive: true });
  const secrets = join(folder, 'secrets');
  mkdirSync(secrets);
  writeFileSync(join(secrets, 'on-call-webhook-url'), `${receivers.webhook}/on-call`);
  writeFileSync(join(secrets, 'dead-mans-switch-url'), `${receivers.webhook}/dead-mans-switch`);
  const configuration = join(folder, 'alertmanager.yml');
  writeFileSync(
    configuration,
    adjust(
      edit(readFileSync(join(root, 'alertmanager/alertmanager.yml'), 'utf8'), {
        [placeholders.smarthost]: receivers.smtp,
        [placeholders.requireTls]: 'smtp_require_tls: false',
        '/etc/alertmanager/secrets/on-call-webhook-url': join(secrets, 'on-call-webhook-url'),
        '/etc/alertmanager/secrets/dead-mans-switch-url': join(secrets, 'dead-mans-switch-url'),
      }),
    ),
  );
  const address = `127.0.0.1:${await freePort()}`;
  const program = new Program('alertmanager', binary, [
    `--config.file=${configuration}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    `--web.listen-address=${address}`,
    '--cluster.listen-address=',
  ]);
  await started(program, `http://${address}`);
  return { program, address };
}
