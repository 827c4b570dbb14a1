import { counter, gauge } from '../series/index.ts';

/**
 * What a worker can report of a step, one line each: the name is the field of `gradwatch.v1.Step`, the metric is the series of
 * its last value. What a new field needs besides is in docs/architecture.md.
 */
const labels = ['run', 'rank'] as const;

export const fields = {
  epoch: gauge('gradwatch_train_epoch', { help: 'Epoch, with its fraction where the worker reports one', labels }),
  loss: gauge('gradwatch_train_loss', { help: 'Training loss of the last step, as the worker computed it', labels }),
  validation_loss: gauge('gradwatch_train_validation_loss', { help: 'Loss of the last evaluation', labels }),
  evaluated_training_loss: gauge('gradwatch_train_evaluated_training_loss', {
    help: 'Loss on a sample of the training data at the last evaluation',
    labels,
  }),
  gradient_norm: gauge('gradwatch_train_gradient_norm', {
    help: 'L2 norm of the gradient over all parameters, before clipping',
    labels,
  }),
  gradient_change_norm: gauge('gradwatch_train_gradient_change_norm', {
    help: 'L2 norm of the difference between the gradients of the last two steps',
    labels,
  }),
  parameter_norm: gauge('gradwatch_train_parameter_norm', { help: 'L2 norm of all parameters', labels }),
  learning_rate: gauge('gradwatch_train_learning_rate', { help: 'Learning rate of the last step', labels }),
  loss_scale: gauge('gradwatch_train_loss_scale', { help: 'Loss scale of mixed precision training', labels }),
  step_seconds: gauge('gradwatch_train_step_seconds', { help: 'Wall time of the last step', labels }),
  data_wait_seconds: gauge('gradwatch_train_data_wait_seconds', {
    help: 'Time of the last step spent waiting for input data',
    labels,
  }),
  collective_wait_seconds: gauge('gradwatch_train_collective_wait_seconds', {
    help: 'Time of the last step spent waiting inside collective operations',
    labels,
  }),
  samples: gauge('gradwatch_train_step_samples', { help: 'Samples that this rank used in the last step', labels }),
  tokens: gauge('gradwatch_train_step_tokens', { help: 'Tokens that this rank used in the last step', labels }),
  update_ratio: gauge('gradwatch_train_update_ratio', {
    help: 'L2 norm of the update of the last step over the L2 norm of the parameters',
    labels,
  }),
  batch_size: gauge('gradwatch_train_batch_size', { help: 'Samples that all ranks used for the last step', labels }),
  floating_point_operations: gauge('gradwatch_train_step_floating_point_operations', {
    help: 'Floating-point operations of the model that this rank did in the last step',
    labels,
  }),
  mfu_ratio: gauge('gradwatch_train_mfu_ratio', { help: 'Model FLOPs utilisation of the last step', labels }),
  host_to_device_seconds: gauge('gradwatch_train_host_to_device_seconds', {
    help: 'Time of the last step for copies of input to the device',
    labels,
  }),
  forward_seconds: gauge('gradwatch_train_forward_seconds', {
    help: 'Time of the last step in the forward pass',
    labels,
  }),
  backward_seconds: gauge('gradwatch_train_backward_seconds', {
    help: 'Time of the last step in the backward pass',
    labels,
  }),
  optimizer_seconds: gauge('gradwatch_train_optimizer_seconds', {
    help: 'Time of the last step in the optimiser',
    labels,
  }),
  checkpoint_seconds: gauge('gradwatch_train_checkpoint_seconds', { help: 'Time of the last checkpoint', labels }),
  evaluation_seconds: gauge('gradwatch_train_evaluation_seconds', { help: 'Time of the last evaluation', labels }),
  memory_allocated_bytes: gauge('gradwatch_train_memory_allocated_bytes', {
    help: "Device memory in tensors, as the framework's allocator sees it",
    labels,
  }),
  memory_reserved_bytes: gauge('gradwatch_train_memory_reserved_bytes', {
    help: "Device memory that the framework's allocator holds",
    labels,
  }),
  memory_peak_bytes: gauge('gradwatch_train_memory_peak_bytes', {
    help: 'Most device memory in tensors since the framework last reset its peak',
    labels,
  }),
  allocation_retries: counter('gradwatch_train_allocation_retries_total', {
    help: 'Allocations of the process that succeeded only after cached device memory was freed',
    labels,
  }),
  out_of_memory_errors: counter('gradwatch_train_out_of_memory_errors_total', {
    help: 'Allocations of device memory of the process that failed',
    labels,
  }),
  process_memory_bytes: gauge('gradwatch_train_process_memory_bytes', {
    help: "Resident memory of the worker's process with neither a file nor shared memory behind it, as the worker reports it",
    labels,
  }),
  gradient_clip_norm: gauge('gradwatch_train_gradient_clip_norm', {
    help: 'Norm to which the gradient of the last step was clipped where it was larger',
    labels,
  }),
  zero_gradient_fraction: gauge('gradwatch_train_zero_gradient_ratio', {
    help: 'Entries of the gradient of the last step that were exactly zero, as a fraction of all',
    labels,
  }),
  nonfinite_gradients: gauge('gradwatch_train_nonfinite_gradients', {
    help: 'Entries of the gradient of the last step that were NaN or infinite',
    labels,
  }),
  maximum_loss: gauge('gradwatch_train_maximum_loss', {
    help: 'Largest training loss of all ranks in the last step',
    labels,
  }),
  own_seconds: gauge('gradwatch_train_own_seconds', {
    help: 'Time of the last step that the rank needed itself, without waiting for others, where it measures that',
    labels,
  }),
} as const;

export type Field = keyof typeof fields;

export const fieldNames = Object.keys(fields) as readonly Field[];
