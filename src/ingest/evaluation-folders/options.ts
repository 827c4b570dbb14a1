import { duration, list, options, type OptionValue } from '../../config/index.ts';

export const evaluationsOptions = options({
  directories: list({
    default: 'none',
    of: 'paths of directories',
    help: 'Output folders of TensorFlow Model Analysis, or directories with such folders below',
  }),
  interval: duration({ default: '30s', min: '100ms', max: '1d', help: 'How often the folders are looked at' }),
  max_age: duration({
    default: '7d',
    min: '1m',
    max: '3650d',
    help: 'Results that were not written for this long are left alone',
  }),
});

export type EvaluationsOptions = OptionValue<typeof evaluationsOptions>;
