import type { BundleConfig } from '../config.ts';
import { aggregate, scalar, series, union } from '../promql/index.ts';
import { alert } from './alert.ts';
import { lookup, ofAlert } from './lookup.ts';

/** The driver answers nothing, or does not even let go of who asked it. A driver that answers with an error is not meant. */
export function gpuDriverHung(config: BundleConfig) {
  const waiting = scalar(
    series('gradwatch_gpu_calls_uninterruptible', { cluster: ofAlert('cluster'), node: ofAlert('node') }),
    '>',
    0,
  );
  const source = (state: string) => series('gradwatch_gpu_source_state', { collector: 'gpu', state });
  return alert({
    name: 'GradwatchGpuDriverHung',
    ...config.alerts.gpuDriverHung,
    expression: scalar(aggregate('max', ['node', 'instance'], union(source('hung'), source('stuck'))), '==', 1),
    summary: 'The GPU driver of a node hangs: nothing is known of its GPUs.',
    description: ({ node }) =>
      `nvidia-smi on node ${node} has printed nothing for longer than it may.` +
      lookup(waiting, ' It waits inside the driver and cannot be killed: only a reboot helps.'),
    dashboard: ({ cluster }) => ({ cluster }),
  });
}
