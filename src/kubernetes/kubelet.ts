import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { credentials, loadPackageDefinition, status, type Client, type ServiceError } from '@grpc/grpc-js';
import type { ClientUnaryCall, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { CollectorError } from '../collect/index.ts';

/** The answer of the kubelet; absent fields are empty. */
export interface ListPodResourcesResponse {
  readonly pod_resources: readonly {
    readonly name: string;
    readonly namespace: string;
    readonly containers: readonly {
      readonly name: string;
      readonly devices: readonly { readonly resource_name: string; readonly device_ids: readonly string[] }[];
      readonly dynamic_resources: readonly { readonly claim_resources: readonly ClaimResource[] }[];
    }[];
  }[];
}

/** A device that was allocated to a claim. The names are empty where the kubelet is older than they are. */
export interface ClaimResource {
  readonly cdi_devices: readonly { readonly name: string }[];
  readonly driver_name: string;
  readonly pool_name: string;
  readonly device_name: string;
}

interface Lister extends Client {
  List(
    request: object,
    options: { deadline: number },
    done: (error: ServiceError | null, response?: ListPodResourcesResponse) => void,
  ): ClientUnaryCall;
}

interface ListerConstructor {
  new (...args: ConstructorParameters<typeof Client>): Lister;
  readonly service: ServiceDefinition;
}

/** What the kubelet may answer at most; 110 pods take some 100 kB. */
const mostBytes = 4 * 1024 * 1024;

const definition = loadSync('kubelet/v1/pod-resources.proto', {
  keepCase: true,
  defaults: true,
  // The proto files lie beside `src/` and `dist/`.
  includeDirs: [fileURLToPath(new URL('../../proto', import.meta.url))],
});

/** The service: its client constructor, and its definition for a server. */
export const PodResourcesLister = (
  loadPackageDefinition(definition) as unknown as { readonly v1: { readonly PodResourcesLister: ListerConstructor } }
).v1.PodResourcesLister;

/**
 * What every pod on this node holds; null where there is no socket. Connects anew each time: a kubelet that restarts makes a new
 * socket, and nothing is left open in between.
 * @throws CollectorError with reason permission_denied, timeout, unreachable, unsupported, unreadable or refused.
 */
export async function listPodResources(
  socket: string,
  seconds: number,
  signal: AbortSignal,
): Promise<ListPodResourcesResponse | null> {
  if (!(await isThere(socket))) return null;
  const client = new PodResourcesLister(`unix:${socket}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': mostBytes,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_channelz': 0,
  });
  let cancel: (() => void) | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const call = client.List({}, { deadline: Date.now() + 1000 * seconds }, (error, response) => {
        if (error !== null) reject(failure(error, socket, seconds));
        else if (response === undefined) reject(new CollectorError('unreadable', `the kubelet answers nothing`));
        else resolve(response);
      });
      cancel = () => {
        call.cancel();
      };
      signal.addEventListener('abort', cancel);
    });
  } finally {
    if (cancel !== undefined) signal.removeEventListener('abort', cancel);
    client.close();
  }
}

async function isThere(socket: string): Promise<boolean> {
  try {
    // To connect is to write: unix(7).
    await access(socket, constants.W_OK);
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
      throw new CollectorError(
        'permission_denied',
        `this user may not connect to ${socket}; run as the user or group that owns it`,
        { cause: error },
      );
    }
    throw new CollectorError('unreachable', message, { cause: error });
  }
}

const reasons: ReadonlyMap<number, string> = new Map([
  [status.DEADLINE_EXCEEDED, 'timeout'],
  [status.CANCELLED, 'timeout'],
  [status.PERMISSION_DENIED, 'permission_denied'],
  [status.UNAUTHENTICATED, 'permission_denied'],
  [status.UNAVAILABLE, 'unreachable'],
  [status.UNIMPLEMENTED, 'unsupported'],
  [status.INTERNAL, 'unreadable'],
]);

/** The same failure reads the same each time, so that it is logged once: grpc-js adds times to its words. */
function failure(error: ServiceError, socket: string, seconds: number): CollectorError {
  const reason = reasons.get(error.code) ?? 'refused';
  const said =
    reason === 'timeout'
      ? `it has not answered within ${seconds} s`
      : `${status[error.code]}: ${error.details.replace(/ \(\d{4}-[^)]*\)|\.? Resolution note: *$/g, '').slice(0, 300)}`;
  return new CollectorError(reason, `no answer from the kubelet at ${socket}: ${said}`, { cause: error });
}
