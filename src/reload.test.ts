import { describe, expect, it } from 'vitest';
import { schema } from './catalogue.ts';
import { readConfig } from './config/index.ts';
import { reloaded } from './reload.ts';

function configured(text: string) {
  const read = readConfig(schema, { file: { name: 'g.yaml', text } });
  if (!('value' in read)) throw new Error(JSON.stringify(read.mistakes));
  return read.value;
}

const defaults = configured('');

describe('reloaded', () => {
  it('lets collectors, limits and rules change', () => {
    const fresh = configured(`
node: {load: {enabled: false}, cpu: {interval: 7s}}
gpu: {interval: 2s, program: /opt/nvidia-smi}
gpu_detail: {interval: 1m}
xid: {enabled: false}
kubernetes: {pod_resources: {enabled: false}}
detect: {loss_spike: {warning: 9}}
findings: {hold: 1m}
runs: {max_runs: 3}
log: {level: debug}
http: {max_scrapes: 5}
`);
    const { configuration, changed, needRestart } = reloaded(defaults, fresh);
    expect(configuration).toEqual(fresh);
    expect(changed).toEqual(
      [
        'http.max_scrapes',
        'node.load.enabled',
        'node.cpu.interval',
        ...['gpu.program', 'gpu.interval', 'gpu_detail.interval', 'xid.enabled', 'kubernetes.pod_resources.enabled'],
        ...['runs.max_runs', 'detect.loss_spike.warning', 'findings.hold', 'log.level'],
      ].sort((one, other) => changed.indexOf(one) - changed.indexOf(other)),
    );
    expect(needRestart).toEqual([]);
  });

  it.each([
    ['http: {address: ":1"}', 'http.address'],
    ['grpc: {max_connections: 5}', 'grpc.max_connections'],
    ['grpc: {tls: {cert_file: /c}}', 'grpc.tls.cert_file'],
    ['detect: {loss_spike: {enabled: false}}', 'detect.loss_spike.enabled'],
    ['system: {proc: /host/proc}', 'system.proc'],
    ['http: {token_file: /t, web_config_file: /w}', 'http.token_file, http.web_config_file'],
  ])('names what cannot, and leaves it as it was: %s', (text, keys) => {
    const { configuration, changed, needRestart } = reloaded(defaults, configured(text));
    expect(needRestart.join(', ')).toBe(keys);
    expect(changed).toEqual([]);
    expect(configuration).toEqual(defaults);
  });

  it('takes what can change beside what cannot, in either direction', () => {
    const before = configured('log: {level: debug, findings: /tmp/f}');
    const { configuration, needRestart } = reloaded(before, configured('log: {level: error}'));
    expect(needRestart).toEqual(['log.findings']);
    expect(configuration.log).toMatchObject({ level: 'error', findings: '/tmp/f' });
  });
});
