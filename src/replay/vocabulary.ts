import { fieldNames, type Field } from '../runs/index.ts';
import type { Meaning, Read } from './row.ts';

/**
 * Names under which trackers and logs write what we know, beside our own names of the fields: W&B, Lightning, Hugging Face, Megatron-LM
 * (hyphens), torchtitan (metrics/), Keras (epoch_).
 */
const aliases: Readonly<Partial<Record<Meaning, readonly string[]>>> = {
  step: ['step', '_step', 'global_step', 'train/global_step', 'iteration'],
  time: ['time', 'time_s', '_runtime', '_timestamp'],
  skipped_steps: ['skipped_steps'],
  epoch: ['train/epoch'],
  loss: ['train/loss', 'train_loss', 'lm loss', 'loss_metrics/global_avg_loss', 'epoch_loss'],
  validation_loss: ['val_loss', 'eval_loss', 'val/loss', 'eval/loss', 'lm loss validation', 'validation_metrics/loss'],
  evaluated_training_loss: ['eval_train_loss'],
  gradient_norm: ['grad_norm', 'train/grad_norm', 'grad-norm'],
  parameter_norm: ['params-norm'],
  loss_scale: ['loss-scale'],
  batch_size: ['batch-size'],
  step_seconds: ['iteration-time'],
  memory_allocated_bytes: ['mem_allocated_bytes', 'mem-allocated-bytes'],
  memory_peak_bytes: ['mem_peak_bytes', 'mem-max-allocated-bytes'],
  learning_rate: ['lr', 'train/lr', 'train/learning_rate', 'learning-rate', 'epoch_learning_rate'],
};

const meanings: readonly Meaning[] = ['step', 'time', 'skipped_steps', ...fieldNames];

/** Meaning by the name of a column or key, without regard to case. */
export class Vocabulary {
  readonly #byName = new Map<string, Meaning>();

  private constructor(own: ReadonlyMap<Meaning, string>) {
    for (const meaning of meanings) {
      const mapped = own.get(meaning);
      // A mapping takes the place of the usual names, so that two columns never mean one thing by surprise.
      const names = mapped === undefined ? [meaning, ...(aliases[meaning] ?? [])] : [mapped];
      for (const name of names) this.#byName.set(name.toLowerCase(), meaning);
    }
    for (const [meaning, name] of own) this.#byName.set(name.toLowerCase(), meaning);
  }

  /** @param mappings texts of the form `field=column`, which win over the usual names. */
  static of(mappings: readonly string[]): Read<Vocabulary> {
    const own = new Map<Meaning, string>();
    for (const mapping of mappings) {
      const [meaning = '', ...rest] = mapping.split('=');
      const name = rest.join('=');
      if (!isMeaning(meaning) || name === '') {
        return { error: `--map: found ${mapping}, expected FIELD=COLUMN with FIELD one of ${meanings.join(', ')}` };
      }
      own.set(meaning, name);
    }
    return { value: new Vocabulary(own) };
  }

  meaningOf(name: string): Meaning | undefined {
    return this.#byName.get(name.toLowerCase());
  }
}

function isMeaning(text: string): text is Meaning {
  return meanings.includes(text as Field);
}
