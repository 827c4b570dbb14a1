import { counter, gauge, info, states } from '../../series/index.ts';

export const xidErrorMetrics = {
  errors: counter('gradwatch_gpu_xid_errors_total', {
    help: 'Xid errors that the driver reported, as far back as the kernel log or the state directory reaches; uuid is empty and gpu the PCI address while the GPU is unknown',
    labels: ['uuid', 'gpu', 'xid'],
  }),
  last: gauge('gradwatch_gpu_xid_last_timestamp_seconds', {
    help: 'Unix time of the last Xid error of this code',
    labels: ['uuid', 'gpu', 'xid'],
  }),
} as const;

export const xidInfoMetrics = {
  info: info('gradwatch_gpu_xid_info', {
    help: 'Class and immediate action of an Xid code in the Xid catalogue of NVIDIA',
    labels: ['xid', 'class', 'action'],
  }),
} as const;

export const sxidMetrics = {
  errors: counter('gradwatch_gpu_sxid_errors_total', {
    help: 'SXid errors that NVLink switches reported, as far back as the kernel log or the state directory reaches',
    labels: ['pci_bus', 'sxid', 'severity'],
  }),
  last: gauge('gradwatch_gpu_sxid_last_timestamp_seconds', {
    help: 'Unix time of the last SXid error of this code',
    labels: ['pci_bus', 'sxid', 'severity'],
  }),
} as const;

export const sxidInfoMetrics = {
  info: info('gradwatch_gpu_sxid_info', {
    help: 'Class and action of an SXid code in the Fabric Manager user guide of NVIDIA',
    labels: ['sxid', 'severity', 'class', 'action'],
  }),
} as const;

export const kmsgStates = ['readable', 'absent', 'not_permitted'] as const;
export type KmsgState = (typeof kmsgStates)[number];

export const kmsgMetrics = {
  state: states('gradwatch_exporter_kmsg_state', {
    help: 'Whether the kernel log can be read; while it cannot, Xid errors are not seen and have no series',
    states: kmsgStates,
  }),
  read: counter('gradwatch_exporter_kmsg_records_total', { help: 'Records of the kernel log that were read' }),
  overruns: counter('gradwatch_exporter_kmsg_overruns_total', {
    help: 'Times that the kernel log was written faster than it was read, so that records, and Xid errors among them, were lost (EPIPE)',
  }),
} as const;

export const kmsgDroppedMetrics = {
  dropped: counter('gradwatch_exporter_kmsg_dropped_total', {
    help: 'Records of the kernel log that were overwritten before they were read, were malformed, or told of more codes than are kept',
    labels: ['reason'],
  }),
} as const;

export const xidMetrics = {
  xidErrors: xidErrorMetrics.errors,
  xidLast: xidErrorMetrics.last,
  xidInfo: xidInfoMetrics.info,
  sxidErrors: sxidMetrics.errors,
  sxidLast: sxidMetrics.last,
  sxidInfo: sxidInfoMetrics.info,
  kmsgState: kmsgMetrics.state,
  kmsgRead: kmsgMetrics.read,
  kmsgOverruns: kmsgMetrics.overruns,
  kmsgDropped: kmsgDroppedMetrics.dropped,
} as const;
