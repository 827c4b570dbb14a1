import { expect, test } from 'vitest';
import { findIdentity, findJob } from './identity.ts';

const first = 'GPU-8932f937-d72c-4106-c12f-20bd9faed9f6';
const second = 'GPU-1d5e7f2a-0b3c-4d4e-9f60-718293a4b5c6';
const slice = 'MIG-5c89852c-d268-c3f3-1b07-005d5ae1dc3f';

test('a job is called what its scheduler calls it', () => {
  expect(findJob({ SLURM_JOB_ID: '', PBS_JOBID: '7.head', JOB_NAME: 'vision' })).toBe('7.head');
  expect(findJob({})).toBeUndefined();
});

test('a process that nobody launched is rank 0 of 1, on this host', () => {
  expect(findIdentity({ run: 'digits' }, {}, 'box')).toEqual({
    run: 'digits',
    rank: 0,
    worldSize: 1,
    localRank: 0,
    attempt: 0,
    node: 'box',
    gpuUuid: undefined,
  });
});

test.each([
  [
    'torchrun',
    { RANK: '5', WORLD_SIZE: '8', LOCAL_RANK: '1', TORCHELASTIC_RESTART_COUNT: '2', TORCHELASTIC_RUN_ID: 'llm-7' },
    { rank: 5, worldSize: 8, localRank: 1, attempt: 2, run: 'llm-7' },
  ],
  [
    'Slurm',
    {
      SLURM_PROCID: '3',
      SLURM_NTASKS: '4',
      SLURM_LOCALID: '0',
      SLURM_RESTART_COUNT: '1',
      SLURM_JOB_ID: '4711',
      SLURM_STEP_ID: '2',
    },
    { rank: 3, worldSize: 4, localRank: 0, attempt: 1, run: '4711.2' },
  ],
  [
    'Open MPI',
    { OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '2', OMPI_COMM_WORLD_LOCAL_RANK: '1', GRADWATCH_RUN: 'x' },
    { rank: 1, worldSize: 2, localRank: 1, run: 'x' },
  ],
  ['MPICH', { PMI_RANK: '1', PMI_SIZE: '2', MPI_LOCALRANKID: '0' }, { rank: 1, worldSize: 2, localRank: 0 }],
])('%s says who a process is', (_, environment, identity) => {
  expect(findIdentity({}, environment, 'box')).toMatchObject(identity);
});

test('one launcher counts alone: mpirun inside a Slurm job does not get the size of the job', () => {
  const environment = { SLURM_PROCID: '0', SLURM_NTASKS: '64', SLURM_JOB_ID: '1', OMPI_COMM_WORLD_RANK: '3' };
  expect(findIdentity({}, environment, 'box')).toMatchObject({ rank: 3, worldSize: 4, run: undefined });
});

test('a Slurm batch script that starts no step is not launched by Slurm', () => {
  const environment = { SLURM_PROCID: '0', SLURM_NTASKS: '64', SLURM_JOB_ID: '1' };
  expect(findIdentity({}, environment, 'box')).toMatchObject({ rank: 0, worldSize: 1 });
});

test('what the script says stands above the environment', () => {
  const environment = { RANK: '5', WORLD_SIZE: '8', GRADWATCH_RUN: 'a', NODE_NAME: 'node-1' };
  const given = { run: 'b', rank: 0, node: 'node-2', gpuUuid: first };
  expect(findIdentity(given, environment, 'box')).toMatchObject({ ...given, worldSize: 8 });
});

test('a run has no name when nobody gives one', () => {
  expect(findIdentity({}, { RANK: '0', TORCHELASTIC_RUN_ID: 'none', GRADWATCH_RUN: '' }, 'box').run).toBeUndefined();
});

test('a number that is none is not believed', () => {
  expect(findIdentity({}, { RANK: 'x', WORLD_SIZE: '-1', LOCAL_RANK: '1e3' }, 'box')).toMatchObject({
    rank: 0,
    worldSize: 1,
    localRank: 0,
  });
});

test('the node is what the manifest calls it, else the host', () => {
  expect(findIdentity({}, { NODE_NAME: 'gpu-7' }, 'pod-x').node).toBe('gpu-7');
  expect(findIdentity({}, { NODE_NAME: '' }, 'box').node).toBe('box');
});

test.each([
  [first, undefined, first],
  [`${first}, ${second}`, '1', second],
  [`${first},${second}`, undefined, undefined],
  [second, '3', second],
  [slice, '0', slice],
  [`MIG-${first}/1/0`, '0', `MIG-${first}/1/0`],
  ['0,1', '1', undefined],
  ['GPU-8932f937', '0', undefined],
  [`${first},${second}`, '2', undefined],
  ['', '0', undefined],
])('CUDA_VISIBLE_DEVICES=%s and local rank %s give %s', (visible, localRank, uuid) => {
  const environment = {
    CUDA_VISIBLE_DEVICES: visible,
    RANK: '0',
    WORLD_SIZE: '4',
    ...(localRank !== undefined && { LOCAL_RANK: localRank }),
  };
  expect(findIdentity({}, environment, 'box').gpuUuid).toBe(uuid);
});

test('what the container runtime was told names the GPU only where there is one', () => {
  expect(findIdentity({}, { NVIDIA_VISIBLE_DEVICES: first }, 'box').gpuUuid).toBe(first);
  expect(findIdentity({}, { NVIDIA_VISIBLE_DEVICES: `${first},${second}` }, 'box').gpuUuid).toBeUndefined();
  expect(findIdentity({}, { NVIDIA_VISIBLE_DEVICES: first, CUDA_VISIBLE_DEVICES: '0' }, 'box').gpuUuid).toBeUndefined();
});
