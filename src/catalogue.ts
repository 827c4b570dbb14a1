import { detectMetrics, detectOptions, detectors, engineMetrics } from './detect/index.ts';
import { absenceMetrics, failureMetrics, readingMetrics } from './collect/index.ts';
import { choice, integer, options, text, type OptionValue } from './config/index.ts';
import { findingsMetrics, findingsOptions } from './findings/index.ts';
import { gpuDetailMetrics, gpuDetailOptions, gpuMetrics, gpuOptions, xidMetrics, xidOptions } from './gpu/index.ts';
import { httpOptions, refusalMetrics, selfMetrics, streamMetrics, webConfigMetrics } from './http/index.ts';
import {
  evaluationsMetrics,
  evaluationsOptions,
  eventFilesMetrics,
  eventFilesOptions,
  ingestMetrics,
  ingestOptions,
} from './ingest/index.ts';
import { kubernetesOptions, podResourcesMetrics } from './kubernetes/index.ts';
import { nodeMetrics, nodeOptions } from './node/index.ts';
import { reloadMetrics } from './reload.ts';
import { runsMetrics, runsOptions } from './runs/index.ts';
import { snapshotMetrics, stateOptions } from './snapshot/index.ts';

/**
 * What the rooms declare, in one place: /metrics, the configuration, the documents and the bundle are made of this. A room that
 * comes to be adds a line to each list that concerns it.
 */

/** Every metric, in the order in which docs/metrics.md lists them. */
export const metrics = [
  ...nodeMetrics,
  ...Object.values(gpuMetrics),
  ...Object.values(gpuDetailMetrics),
  ...Object.values(xidMetrics),
  ...Object.values(podResourcesMetrics),
  ...runsMetrics,
  ...detectMetrics,
  ...Object.values(engineMetrics),
  ...findingsMetrics,
  ...ingestMetrics,
  ...eventFilesMetrics,
  ...evaluationsMetrics,
  ...Object.values(readingMetrics),
  ...Object.values(failureMetrics),
  ...Object.values(absenceMetrics),
  ...Object.values(snapshotMetrics),
  ...Object.values(selfMetrics),
  ...Object.values(refusalMetrics),
  ...Object.values(streamMetrics),
  ...Object.values(webConfigMetrics),
  ...Object.values(reloadMetrics),
] as const;

export type CatalogueMetric = (typeof metrics)[number];

export { detectors };

/** Every option. A group is a mapping in the file, and a level in the names of flags and environment variables. */
export const schema = options({
  http: httpOptions,
  grpc: ingestOptions,
  event_files: eventFilesOptions,
  evaluations: evaluationsOptions,
  node: nodeOptions,
  gpu: gpuOptions,
  gpu_detail: gpuDetailOptions,
  xid: xidOptions,
  kubernetes: kubernetesOptions,
  runs: runsOptions,
  detect: detectOptions,
  findings: findingsOptions,
  state: stateOptions,
  log: options({
    level: choice({
      of: ['debug', 'info', 'warn', 'error', 'silent'],
      default: 'warn',
      help: 'Lines of the log from this level on are written, to standard error',
    }),
    findings: text({
      default: null,
      expected: 'the path of a file',
      help: 'File to which every change of a finding is appended, one line of JSON in the Elastic Common Schema each',
    }),
    findings_max_bytes: integer({
      default: 10_000_000,
      min: 10_000,
      max: 1e12,
      help: 'Size in bytes beyond which that file is rotated: it becomes FILE.1, that one FILE.2 and so on',
    }),
    findings_kept: integer({ default: 5, min: 1, max: 100, help: 'How many rotated files are kept' }),
  }),
  system: options({
    node_name: text({
      default: null,
      help: 'Name of this node; when not set NODE_NAME of the environment, else the host name',
    }),
    proc: text({ default: '/proc', help: 'Where the proc file system of the node is mounted' }),
    sys: text({ default: '/sys', help: 'Where the sys file system of the node is mounted' }),
    root: text({ default: '/', help: 'Where the root of the file systems of the node is mounted' }),
  }),
});

export type Configuration = OptionValue<typeof schema>;
