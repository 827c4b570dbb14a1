import type { BundleConfig } from '../config.ts';
import { age, aggregate, joined, matching, scalar, series } from '../promql/index.ts';
import { alert } from './alert.ts';
import { lookup, ofAlert } from './lookup.ts';

/**
 * An Xid error after which the GPU must be reset or the node restarted. It goes by the time of the last one: the rise of a counter
 * misses an event with which its series is born, and one of an exporter that was restarting.
 */
export function gpuXid(config: BundleConfig) {
  const last = series('gradwatch_gpu_xid_last_timestamp_seconds');
  const critical = series('gradwatch_gpu_xid_info', { action: matching('restart_node|reset_gpu') });
  const errors = joined(last, ['instance', 'xid'], ['action'], critical);
  const user = series('gradwatch_rank_info', { cluster: ofAlert('cluster'), uuid: ofAlert('uuid') });
  return alert({
    name: 'GradwatchGpuXid',
    ...config.alerts.gpuXid,
    expression: scalar(age(aggregate('max', ['node', 'uuid', 'gpu', 'xid', 'action'], errors)), '<', config.xidSeconds),
    summary: 'A GPU reported an error after which it must be reset or its node restarted.',
    description: ({ node, gpu, uuid, xid }) =>
      `GPU ${gpu}{{ if $labels.uuid }} (${uuid}){{ end }} of node ${node} reported Xid ${xid}. ` +
      'Action: {{ if eq $labels.action "restart_node" }}restart the node{{ else }}reset the GPU{{ end }}. ' +
      `{{ if $labels.uuid }}${lookup(
        user,
        'It belongs to rank {{ .Labels.rank }} of run {{ .Labels.run }}.',
        'No training run is known to use it.',
      )}{{ else }}It is not known which GPU sits at this PCI address.{{ end }}`,
    dashboard: ({ cluster }) => ({ cluster }),
  });
}
