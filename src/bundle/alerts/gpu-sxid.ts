import type { BundleConfig } from '../config.ts';
import { age, aggregate, scalar, series } from '../promql/index.ts';
import { alert } from './alert.ts';
import { lookup, ofAlert } from './lookup.ts';

/**
 * An NVLink switch reported an error that it calls fatal: of one link, or of the whole fabric of the node. By the time of the last one
 * and not by the count, which a restart of the exporter without a state directory sets back.
 */
export function gpuSxid(config: BundleConfig) {
  const last = series('gradwatch_gpu_sxid_last_timestamp_seconds', { severity: 'fatal' });
  const advice = series('gradwatch_gpu_sxid_info', {
    cluster: ofAlert('cluster'),
    sxid: ofAlert('sxid'),
    severity: 'fatal',
  });
  return alert({
    name: 'GradwatchGpuSxid',
    ...config.alerts.gpuSxid,
    expression: scalar(age(aggregate('max', ['node', 'pci_bus', 'sxid'], last)), '<', config.switchErrorSeconds),
    summary: 'An NVLink switch reported a fatal error: GPUs of its node may not reach each other.',
    description: ({ node, pci_bus: bus, sxid }) =>
      `The switch at ${bus} of node ${node} reported SXid ${sxid}.` + lookup(advice, ' Action: {{ .Labels.action }}.'),
    dashboard: ({ cluster }) => ({ cluster }),
  });
}
