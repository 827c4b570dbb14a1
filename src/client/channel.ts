import { Metadata, status } from '@grpc/grpc-js';
import { protocol } from '../protocol/index.ts';
import type { ExporterMessage__Output, WorkerMessage } from '../protocol/index.ts';
import { channelCredentials } from './channel-credentials.ts';
import type { TlsSettings } from './tls.ts';

/** One stream to the exporter. */
export interface Channel {
  /** False when the exporter does not keep up: send nothing more until `drained`. */
  send(message: WorkerMessage): boolean;
  /** Nothing more will be sent; what was sent is still delivered, and answers still arrive. */
  finishSending(): void;
  /** Ends the stream at once. */
  close(): void;
}

/** Why a stream ended: a status code of gRPC with its name. https://grpc.io/docs/guides/status-codes/ */
export interface ChannelEnd {
  readonly code: string;
  readonly details: string;
}

/** What happens on a stream. Nothing is called before the opening function has returned, nor after `ended`. */
export interface ChannelEvents {
  readonly message: (message: ExporterMessage__Output) => void;
  readonly drained: () => void;
  readonly ended: (end: ChannelEnd) => void;
}

/** @throws Error when the address cannot be understood */
export type OpenChannel = (events: ChannelEvents) => Channel;

export interface Destination {
  /** `host:port`, `unix:/path` or another gRPC target. */
  readonly address: string;
  readonly token: string | undefined;
  readonly tls: TlsSettings | undefined;
}

const options = {
  // The exporter is on this node: a proxy of the cluster knows nothing of it, nor does a DNS record with a service configuration.
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  // The outbox resends; a copy of every message inside the library serves nothing.
  'grpc.enable_retries': 0,
  // Every connection starts afresh, without the back-off of the one before: ours is the only one.
  'grpc.use_local_subchannel_pool': 1,
  // A frozen exporter, or a network that is gone without a word, is noticed within half a minute.
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
};

/** Opens streams over gRPC. */
export function grpcChannel({ address, token, tls }: Destination): OpenChannel {
  return (events) => {
    const client = new protocol.Telemetry(address, channelCredentials(address, tls), {
      ...options,
      ...(tls?.serverName !== undefined && { 'grpc.ssl_target_name_override': tls.serverName }),
    });
    const metadata = new Metadata();
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    const call = client.Report(metadata);
    call.on('data', events.message);
    call.on('drain', events.drained);
    // The status says the same, and also comes when there is no error.
    call.on('error', () => undefined);
    call.on('status', ({ code, details }) => {
      client.close();
      events.ended({ code: status[code], details });
    });
    return {
      send: (message) => call.write(message),
      finishSending: () => {
        call.end();
      },
      close: () => {
        call.cancel();
        client.close();
      },
    };
  };
}
