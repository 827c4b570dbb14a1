import { createHash } from 'node:crypto';
import type { Hello, RequestKind } from '../../protocol/index.ts';
import type { Pod, RankHello, Role, WorkerProcess } from '../../runs/index.ts';
import { description, hasAtMost, isFit, quote } from './foreign-text.ts';
import { refuse, type Refusal } from '../refusals.ts';
import { enumOf } from './told-enum.ts';
import { validateLabels } from './labels.ts';
import { validateParallel } from './parallel.ts';

/** A hello that keeps every limit that the proto file states. */
export interface AcceptedHello extends RankHello {
  readonly supports: ReadonlySet<RequestKind>;
}

export type HelloResult = { readonly hello: AcceptedHello } | { readonly refusal: Refusal };

const maxRunLength = 128;
const session = { min: 16, max: 64 };
/** "MIG-" and two UUIDs with a slash each would take 82 characters. */
const maxUuidLength = 96;
const maxDescriptionLength = 128;
/** Ten times the largest published training runs; keeps label values short. */
const maxWorldSize = 1_000_000;

/** Whether a text can name a run. */
export function isRunName(run: string): boolean {
  return run !== '' && hasAtMost(run, maxRunLength) && isFit(run);
}

/** The whole hello is refused, or parts of it that only describe are left out and told to `refused`. */
export function validateHello(hello: Hello, maxLabels: number, refused: (refusal: Refusal) => void): HelloResult {
  const { run, rank, world_size: worldSize, local_rank: localRank, session: token, gpu_uuid: gpuUuid } = hello;
  if (run === undefined || !isRunName(run)) {
    return invalid('run', run, `1 to ${maxRunLength} characters, none of them a control character`);
  }
  if (worldSize === undefined || worldSize < 1 || worldSize > maxWorldSize) {
    return invalid('world_size', worldSize, `a whole number from 1 to ${maxWorldSize}`);
  }
  if (rank === undefined || rank >= worldSize) {
    return invalid('rank', rank, `a whole number below world_size, which is ${worldSize}`);
  }
  if (localRank !== undefined && localRank >= worldSize) {
    return invalid('local_rank', localRank, `a whole number below world_size, which is ${worldSize}`);
  }
  if (token === undefined || hasAtMost(token, session.min - 1) || !hasAtMost(token, session.max) || !isFit(token)) {
    const shown = token === undefined ? 'absent' : `a text of ${Array.from(token).length} characters`;
    const expected = `${session.min} to ${session.max} characters, none of them a control character`;
    return { refusal: refuse('hello_invalid', { field: 'session', value: shown, expected }) };
  }
  if (gpuUuid !== undefined && (!hasAtMost(gpuUuid, maxUuidLength) || !isFit(gpuUuid))) {
    return invalid('gpu_uuid', gpuUuid, `at most ${maxUuidLength} characters, none of them a control character`);
  }
  return {
    hello: {
      run,
      rank,
      worldSize,
      localRank: localRank ?? null,
      attempt: hello.attempt ?? 0,
      session: createHash('sha256').update(token).digest('hex'),
      node: description(hello.node, maxDescriptionLength),
      gpuUuid: gpuUuid === '' ? null : (gpuUuid ?? null),
      framework: description(hello.framework, maxDescriptionLength),
      model: description(hello.model, maxDescriptionLength),
      process: processOf(hello),
      job: description(hello.job, maxDescriptionLength),
      role: hello.role === undefined ? 'training' : (enumOf(roles, hello.role, 'Hello.role', refused) ?? 'training'),
      parallel: validateParallel(hello.parallel, refused),
      labels: validateLabels(hello.labels, maxLabels, refused),
      ...podOf(hello),
      supports: hello.supports === undefined ? nothing : new Set(hello.supports),
    },
  };
}

const nothing: ReadonlySet<RequestKind> = new Set();

const roles: Readonly<Record<string, Role>> = {
  ROLE_UNSPECIFIED: 'training',
  ROLE_TRAINING: 'training',
  ROLE_INFERENCE: 'inference',
};

/** The name of the pod or of its namespace alone is that of many. */
function podOf(hello: Hello): { readonly pod?: Pod } {
  const name = description(hello.pod, maxDescriptionLength);
  const namespace = description(hello.pod_namespace, maxDescriptionLength);
  return name === null || namespace === null ? {} : { pod: { namespace, name } };
}

const bootId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Not worth a refusal: a worker whose process is not found trains all the same. */
function processOf(hello: Hello): WorkerProcess | null {
  const { pid, pid_namespace: pidNamespace, boot_id: boot, start_ticks: startTicks } = hello;
  if (pid === undefined || pid < 1 || boot === undefined || startTicks === undefined) return null;
  if (!bootId.test(boot) || !Number.isSafeInteger(startTicks)) return null;
  return { pid, bootId: boot, startTicks, ...(Number.isSafeInteger(pidNamespace) && { pidNamespace }) };
}

function invalid(field: string, value: unknown, expected: string): HelloResult {
  return {
    refusal: refuse('hello_invalid', { field, value: value === undefined ? 'absent' : quote(value), expected }),
  };
}
