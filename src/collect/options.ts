import { duration, flag, options, type OptionValue } from '../config/index.ts';

/** The options that every collector has: whether it runs, and its beat. */
export function beatOptions(spec: {
  readonly what: string;
  readonly interval: { readonly default: string; readonly min: string; readonly max: string };
}) {
  return options({
    enabled: flag({ default: true, help: `Collect ${spec.what}` }),
    interval: duration({ ...spec.interval, help: `Time between two readings of ${spec.what}` }),
  });
}

export type BeatOptions = OptionValue<ReturnType<typeof beatOptions>>;
