import { flag, integer, options, text, type OptionValue } from '../config/index.ts';
import { isAddress } from '../listen/index.ts';

/** The group `http` of the configuration. */
export const httpOptions = options({
  address: text({
    default: ':10420',
    expected: ':port, host:port or [address]:port',
    accepts: isAddress,
    help: 'Where metrics, health and API are served; without a host on all addresses, as exporters are',
  }),
  token_file: text({
    default: null,
    expected: 'the path of a file',
    help: 'File with the bearer token for what changes something, as requests to workers do; without it that is switched off',
  }),
  web_config_file: text({
    default: null,
    expected: 'the path of a file',
    help: "Web configuration file in the schema of Prometheus' exporter-toolkit: TLS, client certificates, users, headers, rate limit",
  }),
  max_scrapes: integer({
    default: 40,
    min: 1,
    max: 1_000,
    help: 'Scrapes of /metrics that are answered at a time; further ones get 503',
  }),
  required_collectors: text({
    default: 'all',
    expected: 'all, none, or names of collectors with commas between them',
    help: 'Collectors without whose first reading, or while whose source does not answer, /-/ready is red',
  }),
  reload: flag({
    default: false,
    help: 'Reload the configuration on POST /-/reload too, not only on SIGHUP; needs a token, users or verified client certificates',
  }),
});

export type HttpOptions = OptionValue<typeof httpOptions>;
