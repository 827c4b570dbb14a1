import { gauge } from '../series/index.ts';

/**
 * What a worker can report of a step, one line each: the name is the field of `gradwatch.v1.Step`, the metric is the series of
 * its last value. What a new field needs besides is in docs/architecture.md.
 */
const labels = ['run', 'rank'] as const;

export const fields = {
  epoch: gauge('gradwatch_train_epoch', { help: 'Epoch, with its fraction where the worker reports one', labels }),
  loss: gauge('gradwatch_train_loss', { help: 'Training loss of the last step, as the worker computed it', labels }),
  validation_loss: gauge('gradwatch_train_validation_loss', { help: 'Loss of the last evaluation', labels }),
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
} as const;

export type Field = keyof typeof fields;

export const fieldNames = Object.keys(fields) as readonly Field[];
