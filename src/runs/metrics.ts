import { counter, gauge, info, states } from '../series/index.ts';
import { rankStates } from './observation.ts';

const identity = ['run', 'rank'] as const;

/** What a run is and where it stands. */
export const runMetrics = {
  info: info('gradwatch_run_info', {
    help: 'A run as its ranks describe it',
    labels: ['run', 'framework', 'model', 'world_size', 'job'],
  }),
  label: info('gradwatch_run_label_info', {
    help: 'A free label of a run, as its workers tell it',
    labels: ['run', 'name', 'value'],
  }),
  state: states('gradwatch_run_state', {
    help: 'State of a run on this node: that of its worst rank',
    labels: ['run'],
    states: rankStates,
  }),
} as const;

/** What a rank is, where it stands and what it has counted. The last values of its steps are in fields.ts. */
export const rankMetrics = {
  info: info('gradwatch_rank_info', {
    help: 'A rank as its process describes itself; uuid is that of its GPU (as its worker names it or a MIG instance of it, else the one that its process is on), the last five are its coordinates in the parallel layout',
    labels: [
      ...['run', 'rank', 'uuid', 'host', 'attempt', 'local_rank', 'role'],
      ...['data_rank', 'tensor_rank', 'pipeline_rank', 'expert_rank', 'context_rank'],
    ] as const,
  }),
  pod: info('gradwatch_rank_pod_info', {
    help: 'The Kubernetes pod of a rank, as its process tells it; a rank that tells of none has no series',
    labels: ['run', 'rank', 'namespace', 'pod'],
  }),
  state: states('gradwatch_rank_state', { help: 'State of a rank', labels: identity, states: rankStates }),
  step: gauge('gradwatch_rank_step', {
    help: 'Optimiser step that the values of this rank belong to',
    labels: identity,
  }),
  lastStepTimestamp: gauge('gradwatch_rank_last_step_timestamp_seconds', {
    help: 'When the rank took the step that is shown, Unix time',
    labels: identity,
  }),
  rollbacks: counter('gradwatch_rank_rollbacks_total', {
    help: 'Times that the rank went back to an earlier step',
    labels: identity,
  }),
  droppedSteps: counter('gradwatch_rank_dropped_steps_total', {
    help: 'Steps that the worker dropped because its buffer was full',
    labels: identity,
  }),
  steps: counter('gradwatch_train_steps_total', {
    help: 'Optimiser steps received, those that a rollback repeats included',
    labels: identity,
  }),
  totalSamples: counter('gradwatch_train_samples_total', { help: 'Samples that the rank used', labels: identity }),
  totalTokens: counter('gradwatch_train_tokens_total', { help: 'Tokens that the rank used', labels: identity }),
  nonFiniteSteps: counter('gradwatch_train_nonfinite_steps_total', {
    help: 'Steps that brought NaN or infinity and that the optimiser did not skip',
    labels: identity,
  }),
  skippedSteps: counter('gradwatch_train_skipped_steps_total', {
    help: 'Steps that the optimiser skipped because the scaled gradient was not finite',
    labels: identity,
  }),
} as const;
