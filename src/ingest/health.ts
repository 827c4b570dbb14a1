import {
  status,
  type sendUnaryData,
  type Server,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { health, type HealthCheckRequest, type HealthCheckResponse } from '../protocol/index.ts';

/** The whole server, and the service of workers. */
const services: readonly (string | undefined)[] = ['', 'gradwatch.v1.Telemetry'];
/** Whoever watches is a load balancer or a probe, and each holds a stream open. */
const maxWatchers = 64;

type Watcher = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>;

/**
 * The standard health service, https://github.com/grpc/grpc/blob/master/doc/health-checking.md. It asks for no token, since the probes
 * of Kubernetes have none: that the port serves is all that it tells.
 */
export class Health {
  readonly #watchers = new Set<Watcher>();
  #serving = true;

  addTo(server: Server): void {
    server.addService(health.Health.service, {
      Check: (
        { request }: ServerUnaryCall<HealthCheckRequest, HealthCheckResponse>,
        answer: sendUnaryData<HealthCheckResponse>,
      ) => {
        if (services.includes(request.service)) answer(null, { status: this.#status });
        else answer({ code: status.NOT_FOUND, details: 'no such service; ask for gradwatch.v1.Telemetry' });
      },
      Watch: (call: Watcher) => {
        this.#watch(call);
      },
    });
  }

  /** Tells those who watch that the server stops, and ends their calls. */
  stop(): void {
    this.#serving = false;
    for (const call of this.#watchers) {
      if (services.includes(call.request.service)) call.write({ status: this.#status });
      call.end();
    }
    this.#watchers.clear();
  }

  get #status(): 'SERVING' | 'NOT_SERVING' {
    return this.#serving ? 'SERVING' : 'NOT_SERVING';
  }

  #watch(call: Watcher): void {
    if (this.#watchers.size >= maxWatchers) {
      call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: `${maxWatchers} calls watch already; use Check` });
      return;
    }
    call.write({ status: services.includes(call.request.service) ? this.#status : 'SERVICE_UNKNOWN' });
    if (!this.#serving) {
      call.end();
      return;
    }
    this.#watchers.add(call);
    const gone = (): void => {
      this.#watchers.delete(call);
    };
    call.on('cancelled', gone);
    call.on('close', gone);
  }
}
