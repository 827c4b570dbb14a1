import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { describeWithTools } from '../tools/tools.ts';
import { chart, chartFile, only, render } from './chart.ts';

const on = { files: ['ci/everything-values.yaml'] };

describeWithTools(['helm'], 'monitoring by the chart', ({ helm }) => {
  it('makes no object of the Prometheus Operator unless asked to', () => {
    expect(render(helm).filter(({ apiVersion }) => apiVersion.startsWith('monitoring.coreos.com/'))).toEqual([]);
  });

  it('scrapes the metrics Service, by the name of the node, and keeps the labels that the exporter writes', () => {
    const { spec, metadata } = only(render(helm, on), 'ServiceMonitor');
    expect(metadata.labels).toMatchObject({ release: 'kube-prometheus-stack', scrape: 'gpu' });
    expect(spec?.['endpoints']).toEqual([
      {
        port: 'http',
        path: '/metrics',
        interval: '15s',
        scrapeTimeout: '10s',
        scheme: 'https',
        tlsConfig: { ca: { secret: { name: 'gradwatch-web', key: 'ca.crt' } }, serverName: 'gradwatch' },
        basicAuth: { username: { name: 'scrape', key: 'user' }, password: { name: 'scrape', key: 'password' } },
        honorLabels: true,
        relabelings: [
          { targetLabel: 'job', replacement: 'gradwatch' },
          { sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node' },
          { sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'instance' },
          { action: 'labeldrop', regex: 'pod|container|endpoint' },
          { targetLabel: 'cluster', replacement: 'east' },
        ],
        metricRelabelings: [{ action: 'labeldrop', regex: 'pci_bus' }],
      },
    ]);
  });

  it('scrapes over plain HTTP by default, and shows a bearer token where there is one', () => {
    const endpoint = (values: object) => {
      const { spec } = only(
        render(helm, { values: { serviceMonitor: { enabled: true, ...values } } }),
        'ServiceMonitor',
      );
      return (spec?.['endpoints'] as object[])[0];
    };
    const plain = endpoint({});
    expect(plain).toHaveProperty('scheme', 'http');
    for (const key of ['tlsConfig', 'basicAuth', 'authorization']) expect(plain).not.toHaveProperty(key);
    const authorization = { credentials: { name: 'scrape', key: 'token' } };
    expect(endpoint({ authorization })).toHaveProperty('authorization', authorization);
  });

  it('selects the metrics Service alone', () => {
    const manifests = render(helm, on);
    const { selector } = only(manifests, 'ServiceMonitor').spec as {
      selector: { matchLabels: Record<string, string> };
    };
    const selected = manifests.filter(
      ({ kind, metadata }) =>
        kind === 'Service' &&
        Object.entries(selector.matchLabels).every(([name, value]) => metadata.labels[name] === value),
    );
    expect(selected.map(({ metadata }) => metadata.name)).toEqual(['gw-gradwatch-metrics']);
  });

  it('installs the generated rules as they are', () => {
    const { spec, metadata } = only(render(helm, on), 'PrometheusRule');
    expect(spec).toEqual(parse(chartFile('files/prometheus-rules.yaml')));
    expect(spec?.['groups']).not.toHaveLength(0);
    expect(metadata.labels).toMatchObject({ release: 'kube-prometheus-stack', role: 'alert-rules' });
  });

  it('points the links of alerts where the values say', () => {
    const urls = { grafanaUrl: 'https://board.own.org/', runbookUrl: 'https://docs.own.org/runbooks' };
    const linked = JSON.stringify(
      only(render(helm, { values: { prometheusRule: { enabled: true, ...urls } } }), 'PrometheusRule'),
    );
    expect(linked).toContain('https://board.own.org/d/');
    expect(linked).toContain('https://docs.own.org/runbooks/');
    expect(linked).not.toMatch(/\.example\b/);
  });

  it('makes one ConfigMap of each dashboard, byte for byte, small enough to be applied', () => {
    const files = readdirSync(`${chart}/files/dashboards`).filter((file) => file.endsWith('.json'));
    expect(files).not.toHaveLength(0);
    const manifests = render(helm);
    const made = manifests.filter(({ metadata }) => metadata.name.includes('-dashboard-'));
    expect(made).toHaveLength(files.length);
    for (const file of files) {
      const { data, metadata } = only(manifests, 'ConfigMap', `gw-gradwatch-dashboard-${file.replace('.json', '')}`);
      const text = chartFile(`files/dashboards/${file}`);
      expect(data).toEqual({ [file]: text });
      expect(metadata.labels).toHaveProperty('grafana_dashboard', '1');
      expect(metadata.annotations).toEqual({ grafana_folder: 'gradwatch' });
      // Client-side apply keeps the object in an annotation, which ends at 256 KiB.
      expect(Buffer.byteLength(text)).toBeLessThan(200 * 1024);
    }
  });

  it('puts the dashboards where the sidecar looks', () => {
    const dashboards = {
      namespace: 'grafana',
      label: 'board',
      labelValue: 'yes',
      folderAnnotation: 'dir',
      folder: 'GPU',
    };
    const made = render(helm, { values: { dashboards } }).filter(({ metadata }) =>
      metadata.name.includes('-dashboard-'),
    );
    expect(made[0]?.metadata).toMatchObject({
      namespace: 'grafana',
      labels: { board: 'yes' },
      annotations: { dir: 'GPU' },
    });
    const flat = render(helm, { values: { dashboards: { folder: '' } } });
    expect(flat.find(({ metadata }) => metadata.name.includes('-dashboard-'))?.metadata).not.toHaveProperty(
      'annotations',
    );
  });

  it('fails with the name of the file when a generated file is missing', () => {
    const copy = mkdtempSync(join(tmpdir(), 'gradwatch-chart-'));
    try {
      cpSync(chart, copy, { recursive: true });
      rmSync(`${copy}/files`, { recursive: true, force: true });
      expect(() => render(helm, { from: copy })).toThrow(/lacks its dashboards: files\/dashboards\//);
      const values = { dashboards: { enabled: false }, prometheusRule: { enabled: true } };
      expect(() => render(helm, { from: copy, values })).toThrow(
        /lacks its rules: files\/prometheus-rules\.yaml is missing/,
      );
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});
