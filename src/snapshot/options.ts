import { duration, options, text, type OptionValue } from '../config/index.ts';

/** The group `state` of the configuration. */
export const stateOptions = options({
  directory: text({
    default: null,
    expected: 'the path of a directory',
    help: 'Where the exporter keeps what is to survive its restart; each exporter needs its own. When not set nothing survives',
  }),
  interval: duration({
    default: '5s',
    min: '100ms',
    max: '1h',
    help: 'Time between two snapshots; workers keep what they reported until it is in one',
  }),
});

export type StateOptions = OptionValue<typeof stateOptions>;
