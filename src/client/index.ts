import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import type { HelloMessage } from '../protocol/index.ts';
import { systemClock } from './clock.ts';
import { plainText } from './plain-text.ts';
import type { Finding } from './finding.ts';
import { SharedCounters } from './shared-counters.ts';
import { findIdentity, findJob } from './identity.ts';
import type { GivenIdentity, Identity } from './identity.ts';
import { watchProcessExit } from './process-exit.ts';
import { findProcess } from './process-identity.ts';
import type { Reactions } from './reactions.ts';
import { supportedKinds, unknownKinds } from './requests.ts';
import type { RequestHandlers } from './requests.ts';
import { ReportedRun } from './reported-run.ts';
import { unnamedRun } from './run-name.ts';
import { silentRun, type Run } from './run.ts';
import { startSendingThread } from './sending-thread.ts';
import { findAddress, findToken, isDisabled } from './settings.ts';
import { findTls } from './tls.ts';
import type { TlsSettings } from './tls.ts';
import { isKnown, wellFormed } from './value-kinds.ts';

export type { Finding } from './finding.ts';
export { Reactions } from './reactions.ts';
export type { Reaction, ReactionFunctions } from './reactions.ts';
export type { RequestHandlers } from './requests.ts';
export type { Ending, Run } from './run.ts';
export type { StepReport } from './step-report.ts';
export type { NormScope, Phase } from './value-kinds.ts';
export type {
  EvaluationReport,
  EventReport,
  EventType,
  LayerValues,
  ServingReport,
  TensorsReport,
  TensorValues,
  Values,
} from './reports.ts';
export type { TlsSettings } from './tls.ts';

/** Everything is optional: what is left out is taken from the launcher's environment, or is unknown. */
export interface InitOptions extends GivenIdentity {
  /** For example `tensorflow.js 4.22.0`. */
  readonly framework?: string | undefined;
  readonly model?: string | undefined;
  /** The scheduler's name for it; by default what Slurm, PBS or LSF call it, or JOB_NAME. */
  readonly job?: string | undefined;
  /** `inference` for a process that serves a model. */
  readonly role?: 'training' | 'inference' | undefined;
  /** Where this rank stands in the parallel layout; what is not used is left out. */
  readonly parallel?:
    | Readonly<Partial<Record<'data' | 'tensor' | 'pipeline' | 'expert' | 'context', { index: number; size: number }>>>
    | undefined;
  /** Free labels of the run. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** `host:port` or `unix:/path` of the exporter; by default GRADWATCH_ADDRESS, the node's socket, or 127.0.0.1:10421. */
  readonly address?: string | undefined;
  /** By default GRADWATCH_TOKEN. */
  readonly token?: string | undefined;
  /** By default GRADWATCH_TLS_CA_FILE, _CERT_FILE, _KEY_FILE and _SERVER_NAME; without any of them no TLS is spoken. */
  readonly tls?: TlsSettings | undefined;
  /** Called when the exporter finds something in this run; or what the training does about it by itself. */
  readonly onFinding?: ((finding: Finding) => void) | Reactions | undefined;
  /** What a person may ask of this script; nothing by default. */
  readonly onRequest?: RequestHandlers | undefined;
  /** Where the client says, once each, what keeps it from reporting; by default `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * Begins to report this process's training to the exporter of its node. Never throws: where reporting is impossible it warns, and the
 * run that it returns does nothing.
 */
export function init(given: InitOptions = {}): Run {
  // Scripts in JavaScript pass null as well.
  const options: InitOptions = { ...given };
  const warn = neverThrowing(options.warn ?? console.warn);
  try {
    if (isDisabled(process.env)) return silentRun;
    const identity = findIdentity(options, process.env, hostname());
    const handlers = options.onRequest ?? {};
    for (const kind of unknownKinds(handlers))
      warn(`gradwatch: onRequest.${kind} is no kind of request: it is not used`);
    const counters = new SharedCounters();
    const data = {
      hello: sayHello(identity, options, handlers),
      address: findAddress(options.address, process.env, existsSync),
      token: findToken(options.token, process.env),
      tls: findTls(options.tls, process.env),
      counters: counters.memory,
    };
    return new ReportedRun({
      counters,
      startThread: (listener) => startSendingThread(data, listener),
      clock: systemClock,
      warn,
      onFinding: options.onFinding,
      onRequest: handlers,
      watchExit: watchProcessExit,
      unixNanos: () => Date.now() * 1e6,
    });
  } catch (error) {
    warn(`gradwatch: nothing is reported: ${plainText(error)}`);
    return silentRun;
  }
}

/** A handler of the script that throws must not hurt the script. */
function neverThrowing(warn: (message: string) => void): (message: string) => void {
  return (message) => {
    try {
      warn(message);
    } catch {
      return;
    }
  };
}

const roles = { training: 'ROLE_TRAINING', inference: 'ROLE_INFERENCE' } as const;

/** The inode of the pid namespace of this process; undefined where there are none. */
function pidNamespace(): number | undefined {
  return statSync('/proc/self/ns/pid', { throwIfNoEntry: false })?.ino;
}

/** Of the pod that this process runs in; undefined outside of Kubernetes. */
function serviceAccountNamespace(): string | undefined {
  try {
    return readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/namespace', 'utf8').trim();
  } catch {
    return undefined;
  }
}

function nameOfUnnamed(worldSize: number): string {
  const script = { path: process.argv[1], worldSize, environment: process.env };
  return unnamedRun(script, new Date(), randomBytes(2).toString('hex'));
}

function sayHello(identity: Identity, options: InitOptions, handlers: RequestHandlers): HelloMessage {
  const { framework, model, job, role, parallel, labels } = options;
  const hello = {
    run: identity.run ?? nameOfUnnamed(identity.worldSize),
    rank: identity.rank,
    world_size: identity.worldSize,
    local_rank: identity.localRank,
    attempt: identity.attempt,
    session: randomUUID(),
    node: identity.node,
    gpu_uuid: identity.gpuUuid,
    pod: identity.pod,
    pod_namespace: identity.podNamespace ?? serviceAccountNamespace(),
    pid: process.pid,
    ...findProcess((path) => readFileSync(path, 'utf8')),
    pid_namespace: pidNamespace(),
    job: job ?? findJob(process.env),
    role: role === undefined ? undefined : roles[role],
    parallel,
    labels,
    framework,
    model,
    supports: supportedKinds(handlers),
  };
  // Absent is not zero: what is unknown is not set.
  const known = Object.entries(hello).filter(([, value]) => isKnown(value));
  return Object.fromEntries(
    known.map(([name, value]) => [name, typeof value === 'string' ? wellFormed(value) : value]),
  );
}
