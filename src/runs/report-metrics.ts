import { counter, gauge, histogram, info, states } from '../series/index.ts';
import { latencyBounds } from './bucket-bounds.ts';
import { eventTypes, phases, type LayerField } from './reports.ts';

const rank = ['run', 'rank'] as const;
const named = [...rank, 'name'] as const;
const ofLayer = [...rank, 'layer'] as const;
const ofTensor = [...rank, 'kind', 'name'] as const;
const ofDataset = [...rank, 'dataset'] as const;

/** What a worker does, and what its gradient norm is of. */
export const phaseMetrics = {
  phase: states('gradwatch_rank_phase_state', {
    help: 'What the worker says that it does',
    labels: rank,
    states: phases,
  }),
} as const;
export const scopeMetrics = {
  scope: info('gradwatch_train_gradient_norm_info', {
    help: 'Whether the gradient norm of a rank is of all parameters (global) or of those that it holds (shard)',
    labels: [...rank, 'scope'],
  }),
} as const;

export const extraMetrics = {
  value: gauge('gradwatch_train_extra', {
    help: 'What a script reports by a name of its own, last value',
    labels: named,
  }),
} as const;
export const auxiliaryMetrics = {
  value: gauge('gradwatch_train_auxiliary_loss', {
    help: 'Part of the loss or loss beside it, last value',
    labels: named,
  }),
} as const;

/** The metrics of what a step tells by names of its own, as `StepDetails` calls it. */
export const namedStepMetrics = { extras: extraMetrics.value, auxiliaryLosses: auxiliaryMetrics.value } as const;

const layer = <const Name extends `gradwatch_train_layer_${string}`>(name: Name, help: string) =>
  gauge(name, { help, labels: ofLayer });

export const layerMetrics = {
  gradient_norm: layer('gradwatch_train_layer_gradient_norm', 'L2 norm of the gradient of a layer'),
  weight_norm: layer('gradwatch_train_layer_weight_norm', 'L2 norm of the weights of a layer'),
  update_ratio: layer(
    'gradwatch_train_layer_update_ratio',
    'L2 norm of the update of a layer over that of its weights',
  ),
  gradient_mean_abs: layer(
    'gradwatch_train_layer_gradient_mean_abs',
    'Mean of the absolute values of the gradient of a layer',
  ),
  weight_variance: layer('gradwatch_train_layer_weight_variance', 'Variance of the weights of a layer'),
  activation_variance: layer('gradwatch_train_layer_activation_variance', 'Variance of what a layer puts out'),
  fraction_zero: layer(
    'gradwatch_train_layer_zero_gradient_ratio',
    'Values of the gradient of a layer that are exactly zero',
  ),
  fraction_dead: layer('gradwatch_train_layer_dead_ratio', 'Units of a layer that are zero for almost every input'),
  fraction_saturated: layer(
    'gradwatch_train_layer_saturated_ratio',
    'Units of a layer at the flat end of their activation for almost every input',
  ),
  fraction_nonfinite: layer(
    'gradwatch_train_layer_nonfinite_ratio',
    'Values of a layer that are NaN or infinite: of weights, gradient or activations the worst',
  ),
} as const satisfies Readonly<Record<LayerField, unknown>>;
export const layerStepMetrics = {
  step: gauge('gradwatch_train_layers_step', { help: 'Step that the series of layers are of', labels: rank }),
} as const;

const tensor = <const Name extends `gradwatch_train_tensor_${string}`>(name: Name, help: string) =>
  gauge(name, { help, labels: ofTensor });

/** `kind` is input or output. */
export const tensorMetrics = {
  count: tensor(
    'gradwatch_train_tensor_values',
    'Values of an input or output of the model that its last report rests on',
  ),
  mean: tensor('gradwatch_train_tensor_mean', 'Mean of the finite values of an input or output of the model'),
  variance: tensor(
    'gradwatch_train_tensor_variance',
    'Variance of the finite values of an input or output of the model',
  ),
  nonFinite: tensor(
    'gradwatch_train_tensor_nonfinite_ratio',
    'Values of an input or output of the model that are NaN or infinite',
  ),
} as const;
export const tensorClassMetrics = {
  share: gauge('gradwatch_train_tensor_class_ratio', {
    help: 'Share of a class in an input or output of the model',
    labels: [...ofTensor, 'class'],
  }),
} as const;

export const evaluationMetrics = {
  step: gauge('gradwatch_train_evaluation_step', {
    help: 'Step after which the last evaluation on a data set ran',
    labels: ofDataset,
  }),
  timestamp: gauge('gradwatch_train_evaluation_timestamp_seconds', {
    help: 'When the last evaluation on a data set ended, Unix time',
    labels: ofDataset,
  }),
  failures: gauge('gradwatch_train_evaluation_failures', {
    help: 'Thresholds that the last evaluation on a data set did not keep',
    labels: ofDataset,
  }),
} as const;
export const evaluationSliceMetrics = {
  samples: gauge('gradwatch_train_evaluation_samples', {
    help: 'Samples of a slice in the last evaluation; the slice of the whole data set is empty',
    labels: [...ofDataset, 'slice'],
  }),
} as const;
export const evaluationValueMetrics = {
  value: gauge('gradwatch_train_evaluation_metric', {
    help: 'Metric of a slice in the last evaluation; the slice of the whole data set is empty',
    labels: [...ofDataset, 'slice', 'metric'],
  }),
} as const;

export const eventMetrics = {
  total: counter('gradwatch_train_events_total', {
    help: 'Events that a worker told of, by type',
    labels: [...rank, 'type'],
  }),
  last: gauge('gradwatch_train_last_event_timestamp_seconds', {
    help: `When the last event of a type was, Unix time; types: ${eventTypes.join(', ')}`,
    labels: [...rank, 'type'],
  }),
} as const;

export const servingMetrics = {
  requests: counter('gradwatch_serving_requests_total', {
    help: 'Requests that a serving process answered, errors included',
    labels: rank,
  }),
  errors: counter('gradwatch_serving_errors_total', {
    help: 'Requests that a serving process failed to answer',
    labels: rank,
  }),
  inputTokens: counter('gradwatch_serving_input_tokens_total', {
    help: 'Tokens that a serving process read',
    labels: rank,
  }),
  outputTokens: counter('gradwatch_serving_output_tokens_total', {
    help: 'Tokens that a serving process wrote',
    labels: rank,
  }),
} as const;
export const latencyMetrics = {
  latency: histogram('gradwatch_serving_latency_seconds', {
    help: 'Time from a request to the last byte of its answer',
    labels: rank,
    bounds: latencyBounds,
  }),
} as const;
export const outputMetrics = {
  total: counter('gradwatch_serving_outputs_total', {
    help: 'Answers of a serving process, by class',
    labels: [...rank, 'class'],
  }),
} as const;

export const reportMetrics = [
  ...[phaseMetrics.phase, scopeMetrics.scope, extraMetrics.value, auxiliaryMetrics.value],
  ...Object.values(layerMetrics),
  layerStepMetrics.step,
  ...Object.values(tensorMetrics),
  tensorClassMetrics.share,
  ...Object.values(evaluationMetrics),
  ...[evaluationSliceMetrics.samples, evaluationValueMetrics.value],
  ...Object.values(eventMetrics),
  ...Object.values(servingMetrics),
  ...[latencyMetrics.latency, outputMetrics.total],
] as const;
