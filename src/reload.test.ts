import { describe, expect, it } from 'vitest';
import { schema } from './catalogue.ts';
import { readConfig } from './config/index.ts';
import { needsRestart } from './reload.ts';

function configured(text: string) {
  const read = readConfig(schema, { file: { name: 'g.yaml', text } });
  if (!('value' in read)) throw new Error(JSON.stringify(read.mistakes));
  return read.value;
}

const defaults = configured('');

describe('needsRestart', () => {
  it('lets limits and rules change', () => {
    const text = `
detect: {loss_spike: {warning: 9}}
findings: {hold: 1m}
runs: {max_runs: 3}
log: {level: debug}
http: {max_scrapes: 5}
`;
    expect(needsRestart(defaults, configured(text))).toBeNull();
  });

  it.each([
    ['http: {address: ":1"}', 'http.address'],
    ['grpc: {max_connections: 5}', 'grpc.max_connections'],
    ['gpu: {interval: 2s}', 'gpu.interval'],
    ['detect: {loss_spike: {enabled: false}}', 'detect.loss_spike.enabled'],
    ['log: {level: debug, findings: /tmp/f}', 'log.findings'],
    ['http: {token_file: /t, web_config_file: /w}', 'http.token_file, http.web_config_file'],
  ])('names what cannot: %s', (text, keys) => {
    expect(needsRestart(defaults, configured(text))).toMatch(new RegExp(`^${keys}: cannot change while`));
  });
});
