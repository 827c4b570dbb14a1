// Stands in for what src/catalogue.ts does not gather yet. When it does, this file goes and names.ts takes `metrics` from there alone.
import { counter, gauge, info, states } from '../series/index.ts';

const gpu = ['uuid', 'gpu'] as const;
const rank = ['run', 'rank'] as const;
const rankStates = [
  'healthy',
  'finished',
  'initializing',
  'incomplete',
  'degraded',
  'preempted',
  'stalled',
  'failing',
  'failed',
  'lost',
] as const;
const help = 'Until wired';

export const metrics = [
  gauge('gradwatch_train_loss', { help, labels: rank }),
  gauge('gradwatch_train_gradient_norm', { help, labels: rank }),
  gauge('gradwatch_train_learning_rate', { help, labels: rank }),
  gauge('gradwatch_train_step_seconds', { help, labels: rank }),
  counter('gradwatch_node_cpu_seconds_total', { help, labels: ['mode'] }),
  gauge('gradwatch_node_cpus', { help }),
  gauge('gradwatch_node_load1', { help }),
  gauge('gradwatch_node_memory_total_bytes', { help }),
  gauge('gradwatch_node_memory_available_bytes', { help }),
  info('gradwatch_gpu_info', { help, labels: ['uuid', 'gpu', 'name', 'driver', 'pci_bus'] }),
  states('gradwatch_gpu_state', {
    help,
    labels: gpu,
    states: ['ok', 'lost', 'requires_reset', 'unknown_error', 'not_permitted', 'initializing'],
  }),
  gauge('gradwatch_gpu_utilization_ratio', { help, labels: gpu }),
  gauge('gradwatch_gpu_memory_total_bytes', { help, labels: gpu }),
  gauge('gradwatch_gpu_memory_used_bytes', { help, labels: gpu }),
  gauge('gradwatch_gpu_temperature_celsius', { help, labels: gpu }),
  gauge('gradwatch_gpu_power_watts', { help, labels: gpu }),
  gauge('gradwatch_gpu_sm_clock_hertz', { help, labels: gpu }),
  gauge('gradwatch_exporter_collector_success', { help, labels: ['collector'] }),
  gauge('gradwatch_exporter_collector_last_success_timestamp_seconds', { help, labels: ['collector'] }),
  counter('gradwatch_exporter_collector_failures_total', { help, labels: ['collector', 'reason'] }),
  info('gradwatch_run_info', { help, labels: ['run', 'framework', 'model', 'world_size'] }),
  states('gradwatch_run_state', { help, labels: ['run'], states: rankStates }),
  info('gradwatch_rank_info', { help, labels: ['run', 'rank', 'uuid', 'host', 'attempt', 'local_rank'] }),
  states('gradwatch_rank_state', { help, labels: rank, states: rankStates }),
  gauge('gradwatch_rank_step', { help, labels: rank }),
  gauge('gradwatch_rank_last_step_timestamp_seconds', { help, labels: rank }),
  counter('gradwatch_rank_dropped_steps_total', { help, labels: rank }),
  counter('gradwatch_train_steps_total', { help, labels: rank }),
  counter('gradwatch_train_samples_total', { help, labels: rank }),
  counter('gradwatch_train_nonfinite_steps_total', { help, labels: rank }),
  counter('gradwatch_train_skipped_steps_total', { help, labels: rank }),
  gauge('gradwatch_train_gradient_change_ratio', { help, labels: ['run', 'rank', 'method'] }),
  gauge('gradwatch_train_gradient_tail_probability', { help, labels: ['run', 'rank', 'method'] }),
  gauge('gradwatch_finding_severity', { help, labels: ['finding', 'kind', 'run', 'rank', 'uuid'] }),
  info('gradwatch_finding_info', { help, labels: ['finding', 'cause', 'first_rank', 'consequence_of'] }),
  gauge('gradwatch_finding_first_step', { help, labels: ['finding'] }),
  gauge('gradwatch_finding_score', { help, labels: ['finding'] }),
] as const;
