import type { Environment } from './settings.ts';

/** Who this worker is. What is not known is absent. */
export interface Identity {
  /** Undefined when neither the script nor the environment names the run. */
  readonly run: string | undefined;
  readonly rank: number;
  readonly worldSize: number;
  readonly localRank: number | undefined;
  readonly attempt: number;
  readonly node: string;
  readonly gpuUuid: string | undefined;
  /** Name and namespace of the Kubernetes pod. */
  readonly pod: string | undefined;
  readonly podNamespace: string | undefined;
}

export type GivenIdentity = { readonly [Name in keyof Identity]?: Identity[Name] | undefined };

/** The environment variables of one way to start ranks. */
interface Launcher {
  /** Present exactly when this launcher started the process. */
  readonly evidence: string;
  readonly rank: string;
  readonly worldSize: readonly string[];
  readonly localRank: string;
  readonly attempt?: string;
  /** Joined by a full stop. */
  readonly run?: readonly string[];
}

/** In order of precedence, as in the Python client; values of two launchers are never mixed. */
const launchers: readonly Launcher[] = [
  // https://docs.pytorch.org/docs/stable/elastic/run.html#environment-variables
  {
    evidence: 'RANK',
    rank: 'RANK',
    worldSize: ['WORLD_SIZE'],
    localRank: 'LOCAL_RANK',
    attempt: 'TORCHELASTIC_RESTART_COUNT',
    run: ['TORCHELASTIC_RUN_ID'],
  },
  // https://slurm.schedmd.com/srun.html (output environment variables); a batch script alone has a rank but no step
  {
    evidence: 'SLURM_STEP_ID',
    rank: 'SLURM_PROCID',
    worldSize: ['SLURM_STEP_NUM_TASKS', 'SLURM_NTASKS'],
    localRank: 'SLURM_LOCALID',
    attempt: 'SLURM_RESTART_COUNT',
    run: ['SLURM_JOB_ID', 'SLURM_STEP_ID'],
  },
  // https://docs.open-mpi.org/en/main/tuning-apps/environment-var.html
  {
    evidence: 'OMPI_COMM_WORLD_RANK',
    rank: 'OMPI_COMM_WORLD_RANK',
    worldSize: ['OMPI_COMM_WORLD_SIZE'],
    localRank: 'OMPI_COMM_WORLD_LOCAL_RANK',
    run: ['PMIX_NAMESPACE'],
  },
  // Hydra, the launcher of MPICH and Intel MPI
  { evidence: 'PMI_RANK', rank: 'PMI_RANK', worldSize: ['PMI_SIZE'], localRank: 'MPI_LOCALRANKID' },
];

/** What schedulers call a job; JOB_NAME is what the pods of a Kubernetes job are usually given. As in the Python client. */
const jobs = ['SLURM_JOB_ID', 'PBS_JOBID', 'LSB_JOBID', 'JOB_NAME'];

/** The scheduler's name for the job of this process. */
export function findJob(environment: Environment): string | undefined {
  return jobs.map((name) => text(environment[name])).find((job) => job !== undefined);
}

/** Puts together what the script gave, what the launcher says in the environment, and what the machine is called. */
export function findIdentity(given: GivenIdentity, environment: Environment, hostname: string): Identity {
  const launcher = launchers.find(({ evidence }) => environment[evidence] !== undefined);
  const count = (name: string | undefined): number | undefined =>
    name === undefined ? undefined : wholeNumber(environment[name]);
  const rank = given.rank ?? count(launcher?.rank) ?? 0;
  const sizes = launcher?.worldSize.map(count) ?? [];
  const worldSize = given.worldSize ?? sizes.find((size) => size !== undefined) ?? rank + 1;
  const localRank = given.localRank ?? (worldSize === 1 ? 0 : count(launcher?.localRank));
  return {
    run: text(given.run) ?? text(environment['GRADWATCH_RUN']) ?? launchedRun(launcher, environment),
    rank,
    worldSize,
    localRank,
    attempt: given.attempt ?? count(launcher?.attempt) ?? 0,
    // NODE_NAME is what manifests commonly call the node's name when they hand it down to a pod, whose host name is its own.
    node: given.node ?? text(environment['NODE_NAME']) ?? hostname,
    gpuUuid: given.gpuUuid ?? findGpu(environment, localRank),
    pod: given.pod ?? findPod(environment),
    podNamespace: given.podNamespace ?? text(environment['POD_NAMESPACE']),
  };
}

/** As its manifest hands it down, else its host name, which is the node's only where the pod is in the network of its node. */
function findPod(environment: Environment): string | undefined {
  const { POD_NAME: name, HOSTNAME: host, NODE_NAME: node, KUBERNETES_SERVICE_HOST: cluster } = environment;
  return text(name) ?? (cluster === undefined || host === node ? undefined : text(host));
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** As `nvidia-smi -L` prints it, the second form for MIG devices of drivers before 470. */
const gpuUuid = new RegExp(`^(?:(?:GPU|MIG)-${uuid}|MIG-GPU-${uuid}/\\d+/\\d+)$`, 'i');

/**
 * The GPU of this process, where the environment names GPUs by uuid: the only one, or that of its local rank. Indices are not uuids,
 * and an abbreviated uuid is not what nvidia-smi calls the GPU.
 * https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#env-vars
 */
function findGpu(environment: Environment, localRank: number | undefined): string | undefined {
  const visible = list(environment['CUDA_VISIBLE_DEVICES']);
  // What the container runtime was told has no order that CUDA keeps: it helps only where it is a single GPU.
  const devices = visible.length > 0 ? visible : list(environment['NVIDIA_VISIBLE_DEVICES']);
  const index = devices.length === 1 ? 0 : visible.length > 0 ? localRank : undefined;
  const device = index === undefined ? undefined : devices[index];
  return device !== undefined && gpuUuid.test(device) ? device : undefined;
}

/** torchrun without a rendezvous calls every run "none". */
function launchedRun(launcher: Launcher | undefined, environment: Environment): string | undefined {
  const parts = launcher?.run?.map((name) => environment[name] ?? '') ?? [];
  return text(parts.filter((part) => part !== '' && part !== 'none').join('.'));
}

function list(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function text(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function wholeNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
