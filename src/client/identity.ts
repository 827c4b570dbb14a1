import type { Environment } from './settings.ts';

/** Who this worker is. What is not known is absent. */
export interface Identity {
  readonly run: string | undefined;
  readonly rank: number;
  readonly worldSize: number;
  readonly localRank: number | undefined;
  readonly attempt: number | undefined;
  readonly node: string;
  readonly gpuUuid: string | undefined;
}

export type GivenIdentity = { readonly [Name in keyof Identity]?: Identity[Name] | undefined };

interface Launcher {
  readonly rank: string;
  readonly worldSize: string;
  readonly localRank: string;
  readonly attempt?: string;
  readonly run?: string;
}

/** The variables by which launchers number their processes; the first launcher that names a rank counts, alone. */
const launchers: readonly Launcher[] = [
  // https://docs.pytorch.org/docs/stable/elastic/run.html#environment-variables
  {
    rank: 'RANK',
    worldSize: 'WORLD_SIZE',
    localRank: 'LOCAL_RANK',
    attempt: 'TORCHELASTIC_RESTART_COUNT',
    run: 'TORCHELASTIC_RUN_ID',
  },
  // https://docs.open-mpi.org/en/main/tuning-apps/environment-var.html
  { rank: 'OMPI_COMM_WORLD_RANK', worldSize: 'OMPI_COMM_WORLD_SIZE', localRank: 'OMPI_COMM_WORLD_LOCAL_RANK' },
  // https://slurm.schedmd.com/srun.html#SECTION_OUTPUT-ENVIRONMENT-VARIABLES
  {
    rank: 'SLURM_PROCID',
    worldSize: 'SLURM_NTASKS',
    localRank: 'SLURM_LOCALID',
    attempt: 'SLURM_RESTART_COUNT',
    run: 'SLURM_JOB_ID',
  },
];

/** Puts together what the script gave, what the launcher says in the environment, and what the machine is called. */
export function findIdentity(given: GivenIdentity, environment: Environment, hostname: string): Identity {
  const launcher = launchers.find(({ rank }) => wholeNumber(environment[rank]) !== undefined);
  const count = (name: 'rank' | 'worldSize' | 'localRank' | 'attempt'): number | undefined =>
    given[name] ?? wholeNumber(environment[launcher?.[name] ?? '']);
  const localRank = count('localRank');
  return {
    run: given.run ?? text(environment['GRADWATCH_RUN']) ?? launcherRun(environment[launcher?.run ?? '']),
    rank: count('rank') ?? 0,
    worldSize: count('worldSize') ?? 1,
    localRank,
    attempt: count('attempt'),
    // NODE_NAME is what manifests commonly call the node's name when they hand it down to a pod, whose host name is its own.
    node: given.node ?? text(environment['NODE_NAME']) ?? text(environment['SLURMD_NODENAME']) ?? hostname,
    gpuUuid: given.gpuUuid ?? visibleGpu(environment['CUDA_VISIBLE_DEVICES'], localRank),
  };
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** As `nvidia-smi -L` prints it, the second form for MIG devices of drivers before 470. */
const gpuUuid = new RegExp(`^(?:GPU-${uuid}|MIG-${uuid}|MIG-GPU-${uuid}/\\d+/\\d+)$`, 'i');

/**
 * The GPU of this process, where CUDA_VISIBLE_DEVICES names GPUs by uuid: the only one, or that of its local rank. Indices are not
 * uuids, and an abbreviated uuid is not what nvidia-smi calls the GPU.
 * https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#env-vars
 */
function visibleGpu(visible: string | undefined, localRank: number | undefined): string | undefined {
  const devices = (visible ?? '').split(',').map((device) => device.trim());
  const device = devices.length === 1 ? devices[0] : devices[localRank ?? 0];
  return device !== undefined && gpuUuid.test(device) ? device : undefined;
}

/** torchrun without a rendezvous calls every run "none". */
function launcherRun(id: string | undefined): string | undefined {
  return id === 'none' ? undefined : text(id);
}

function text(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function wholeNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
