import { options, text, type OptionValue } from '../config/index.ts';

/** The group `http` of the configuration. */
export const httpOptions = options({
  address: text({
    default: ':10420',
    expected: ':port, host:port or [address]:port',
    help: 'Where metrics, health and API are served; without a host on all addresses, as exporters are',
  }),
  token_file: text({
    default: null,
    expected: 'the path of a file',
    help: 'File with the bearer token for what changes something, as requests to workers do; without it that is switched off',
  }),
});

export type HttpOptions = OptionValue<typeof httpOptions>;
