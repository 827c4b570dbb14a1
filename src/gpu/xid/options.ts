import { beatOptions } from '../../collect/index.ts';
import { options, text, type OptionValue } from '../../config/index.ts';

/** The group `xid` of the configuration. */
export const xidOptions = options({
  ...beatOptions({ what: 'Xid errors', interval: { default: '1s', min: '100ms', max: '1m' } }).entries,
  kmsg: text({
    default: '/dev/kmsg',
    expected: 'the path of a file',
    help: 'The kernel log. A regular file or a FIFO with lines in its format is read from its beginning and then followed, also when it is cut or replaced',
  }),
});

export type XidOptions = OptionValue<typeof xidOptions>;
