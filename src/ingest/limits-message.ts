import type { Limits } from '../protocol/index.ts';
import type { RunsOptions } from '../runs/index.ts';
import type { IngestOptions } from './options.ts';

/** What the exporter takes of one rank, as workers are told it. */
export function limitsMessage(options: IngestOptions, limits: RunsOptions): Limits {
  return {
    message_bytes: options.max_message_bytes,
    steps_per_second: options.max_steps_per_second,
    extras: limits.max_extras,
    auxiliary_losses: limits.max_auxiliary_losses,
    layers: limits.max_layers,
    tensors: limits.max_tensors,
    bins: limits.max_bins,
    datasets: limits.max_datasets,
    slices: limits.max_slices,
    slice_metrics: limits.max_slice_metrics,
    events_per_minute: limits.max_events_per_minute,
    labels: limits.max_labels,
  };
}
