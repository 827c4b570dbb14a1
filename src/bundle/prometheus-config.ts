import type { BundleConfig } from './config.ts';
import { type BundleFile, generatedHeader } from './file.ts';

/** An example to start from: one exporter on this machine, an Alertmanager beside it. */
export function prometheusConfig({ job, scrapeInterval }: BundleConfig): BundleFile {
  const content = `${generatedHeader}# Needs Prometheus 2.42 or newer. Start with: prometheus --config.file=prometheus/prometheus.yml
global:
  scrape_interval: ${scrapeInterval}
  evaluation_interval: ${scrapeInterval}

rule_files:
  - rules/gradwatch-*.yaml

alerting:
  alertmanagers:
    - static_configs:
        - targets: [localhost:9093]

scrape_configs:
  - job_name: ${job}
    # Labels of a series are those of the workload; the scrape does not rename them.
    honor_labels: true
    static_configs:
      # Every node that runs an exporter.
      - targets: [localhost:10420]
    relabel_configs:
      # Rules group and inhibit by node and cluster. A node is the host part of its address.
      - source_labels: [__address__]
        regex: '(.+):[0-9]+'
        target_label: node
      - target_label: cluster
        replacement: main
`;
  return { path: 'prometheus/prometheus.yml', content };
}
