import type { Meaning } from './meaning.ts';

/** A name, or a name and what makes its values have our unit. */
export type Alias = string | readonly [name: string, convert: (value: number) => number];

const milliseconds = (value: number) => value / 1000;
const percent = (value: number) => value / 100;
const gibibytes = (value: number) => Math.round(value * 1024 ** 3);

/**
 * Names under which trackers, frameworks and logs write what we know, beside our own names of the fields. Case does not matter.
 * Where a row tells several of one meaning, our own name is meant, else the first of them here.
 *
 * Sources: W&B (_step, which counts calls; _timestamp, which its files have in common, before _runtime, which some lack); Lightning's
 * own and customary names (trainer/global_step of its WandbLogger, train_loss, val_loss, train_loss_step); Hugging Face's
 * TensorBoardCallback (train/, eval/); training_log of Megatron-LM (hyphens, "lm loss"); metrics.py of torchtitan (loss_metrics/,
 * memory/, time_metrics/); Keras' TensorBoard callback (epoch_, batch_); the monitor of DeepSpeed (Train/Samples/, whose steps count
 * samples); OLMo-core (train/CE loss, optim/).
 */
export const aliases: Readonly<Partial<Record<Meaning, readonly Alias[]>>> = {
  step: ['global_step', 'train/global_step', 'trainer/global_step', 'iteration', '_step'],
  time: ['time_s', '_timestamp', '_runtime'],
  rank: ['global_rank', 'global-rank'],
  skipped_steps: ['skipped'],
  epoch: ['train/epoch'],
  loss: [
    'train/loss',
    'train_loss',
    'train_loss_step',
    'loss/train',
    'lm loss',
    'loss_metrics/global_avg_loss',
    'batch_loss',
    'epoch_loss',
    'Train/Samples/train_loss',
    'train/CE loss',
  ],
  validation_loss: [
    'val_loss',
    'valid_loss',
    'eval_loss',
    'val/loss',
    'valid/loss',
    'validation/loss',
    'eval/loss',
    'loss/val',
    'loss/valid',
    'loss/validation',
    'val_loss_epoch',
    'lm loss validation',
    'validation_metrics/loss',
    'loss_metrics/validation_loss',
  ],
  evaluated_training_loss: ['eval_train_loss'],
  maximum_loss: ['loss_metrics/global_max_loss'],
  gradient_norm: ['grad_norm', 'train/grad_norm', 'grad-norm', 'grad_2.0_norm_total', 'optim/total grad norm'],
  parameter_norm: ['params-norm', 'param_norm', 'train/param_norm'],
  loss_scale: ['loss-scale', 'Train/Samples/loss_scale'],
  batch_size: ['batch-size'],
  step_seconds: ['iteration-time', 'time_metrics/end_to_end(s)'],
  data_wait_seconds: ['time_metrics/data_loading(s)'],
  forward_seconds: [['Train/Samples/elapsed_time_ms_forward', milliseconds]],
  backward_seconds: [['Train/Samples/elapsed_time_ms_backward', milliseconds]],
  optimizer_seconds: [['Train/Samples/elapsed_time_ms_step', milliseconds]],
  mfu_ratio: [['mfu(%)', percent]],
  memory_allocated_bytes: ['mem_allocated_bytes', 'mem-allocated-bytes'],
  memory_peak_bytes: ['mem_peak_bytes', 'mem-max-allocated-bytes', ['memory/max_active(GiB)', gibibytes]],
  memory_reserved_bytes: ['mem-reserved-bytes', ['memory/max_reserved(GiB)', gibibytes]],
  allocation_retries: ['memory/num_alloc_retries'],
  out_of_memory_errors: ['memory/num_ooms'],
  learning_rate: [
    'lr',
    'train/lr',
    'train/learning_rate',
    'learning-rate',
    'epoch_learning_rate',
    'Train/Samples/lr',
    'optim/LR (group 0)',
  ],
};

/**
 * Tags whose step counts something else than the steps of their run, and whose values are told by another tag too: samples and tokens
 * of Megatron-LM, evaluations of Keras.
 */
export const otherCounts = / vs (?:samples|steps|tokens)$|^evaluation_.*_vs_iterations$/;

/** Tags whose step is the number of an epoch: those that Keras writes at the end of one. */
export const ofEpochs = /^epoch_/;
