import { duration, flag, integer, options, text, type OptionValue } from '../config/index.ts';
import { isAddress } from '../listen/index.ts';

const pem = { default: null, expected: 'the path of a file in PEM' } as const;

const tlsOptions = options({
  cert_file: text({
    ...pem,
    help: 'Certificate of the TCP port of workers, with those between it and its authority; with it they are taken over TLS alone',
  }),
  key_file: text({ ...pem, help: 'Private key of that certificate, without a passphrase' }),
  client_ca_file: text({
    ...pem,
    help: 'Authorities that sign the certificates of workers; without it workers are asked for none',
  }),
  require_client_certificate: flag({
    default: true,
    help: 'Whether a worker that shows no certificate is refused, where client_ca_file is set; one that is not signed by it always is',
  }),
});

export const ingestOptions = options({
  address: text({
    default: '127.0.0.1:10421',
    expected: 'host:port, or none',
    accepts: (text) => text === 'none' || isAddress(text),
    help: 'Where workers reach the exporter over TCP; any other than a loopback address opens it to the network: protect it by tls and token_file',
  }),
  tls: tlsOptions,
  socket: text({
    default: null,
    expected: 'the path of a socket, or none',
    help: 'Unix socket for workers; when not set /run/gradwatch/gradwatch.sock, where its folder exists and is writable',
  }),
  token_file: text({
    default: null,
    expected: 'the path of a file',
    help: 'File with the bearer token that every worker must send; without it none is asked for',
  }),
  max_message_bytes: integer({
    default: 262_144,
    min: 16_384,
    max: 16_777_216,
    // A second of a very fast training, 1,000 steps of 20 values, takes about 180 KB.
    help: 'Largest message that is taken from a worker',
  }),
  max_connections: integer({
    default: 1_024,
    min: 1,
    max: 100_000,
    help: 'Open connections of workers over TCP, and as many over the Unix socket',
  }),
  max_steps_per_second: integer({
    default: 5_000,
    min: 100,
    max: 1_000_000,
    help: 'Steps that one rank may report per second, each message, layer, tensor, bin and metric of a slice counting as one more, after a burst of 20 s of them; who reports faster is read no faster',
  }),
  reflection: flag({
    default: false,
    help: 'Whether the port answers the reflection service of gRPC, by which tools such as grpcurl learn the protocol',
  }),
  frozen_after: duration({
    default: '15s',
    min: '1s',
    max: '1h',
    help: 'A worker whose host or process does not answer for this long is lost; it may be lost after 60 % of it',
  }),
  request_timeout: duration({
    default: '30s',
    min: '1s',
    max: '1h',
    help: 'How long a request to a worker waits for its answer',
  }),
});

export type IngestOptions = OptionValue<typeof ingestOptions>;
