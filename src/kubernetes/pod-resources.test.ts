import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { SeriesTable } from '../series/index.ts';
import { claimHoldersOf } from './claims.ts';
import { holdersOf, mostHolders } from './holders.ts';
import { PodResourcesLister, type ClaimResource, type ListPodResourcesResponse } from './kubelet.ts';
import { podResources } from './index.ts';

const gpu = 'GPU-3f1b7a52-8d4e-4c1a-9b60-5d2e7c8f0a11';
const mig = 'MIG-1c9d2e4f-0a3b-5c6d-8e7f-9a0b1c2d3e4f';

function pod(name: string, ids: readonly string[], resource = 'nvidia.com/gpu') {
  return {
    name,
    namespace: 'research',
    containers: [{ name: 'trainer', devices: [{ resource_name: resource, device_ids: ids }], dynamic_resources: [] }],
  };
}

/** A pod that holds devices by a claim alone. */
function claiming(name: string, claimed: readonly Partial<ClaimResource>[]) {
  const unnamed = { cdi_devices: [], driver_name: '', pool_name: '', device_name: '' };
  const claims = [{ claim_resources: claimed.map((resource) => ({ ...unnamed, ...resource })) }];
  return { name, namespace: 'research', containers: [{ name: 'trainer', devices: [], dynamic_resources: claims }] };
}

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-kubelet-'));
const socket = join(folder, 'kubelet.sock');
const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Answer = ListPodResourcesResponse | { readonly code: number } | 'silence';

async function kubelet(answer: () => Answer): Promise<() => void> {
  const server = new Server();
  server.addService(PodResourcesLister.service, {
    List: (_: unknown, reply: (error: object | null, response?: object) => void) => {
      const given = answer();
      if (given === 'silence') return;
      if ('code' in given) reply({ code: given.code, details: 'rather not' });
      else reply(null, given);
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
  const end = (): void => {
    server.forceShutdown();
    rmSync(socket, { force: true });
  };
  endings.push(end);
  return end;
}

function reader(resources = ['nvidia.com/gpu', 'nvidia.com/mig-']) {
  const table = new SeriesTable();
  const silent = () => undefined;
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  const collector = podResources.create(
    { table, logger, now: () => 0, procRoot: '/proc', sysRoot: '/sys', hostRoot: '/' },
    { enabled: true, interval: 15, socket, resources, drivers: ['gpu.nvidia.com'] },
  );
  return {
    collector,
    read: (signal = new AbortController().signal) => collector.collect(signal),
    series: () => table.snapshot().flatMap(({ labels, present }) => labels.filter((_, slot) => present[slot] === 1)),
  };
}

describe('the collector pod_resources', () => {
  it('has nothing to read where there is no kubelet', async () => {
    const { read, series } = reader();
    await expect(read()).rejects.toEqual(
      expect.objectContaining({ name: 'SourceAbsent', reason: 'not_on_this_machine' }),
    );
    expect(series()).toEqual([]);
  });

  it('tells the holders, drops those that are gone, and forgets all when it is too old', async () => {
    let pods = [pod('one', [`${gpu}::0`, `${gpu}::3`]), pod('two', [mig], 'nvidia.com/mig-1g.10gb')];
    await kubelet(() => ({ pod_resources: pods }));
    const { collector, read, series } = reader();
    await read();
    expect(series()).toEqual([
      `uuid="${gpu}",namespace="research",pod="one",container="trainer"`,
      `uuid="${mig}",namespace="research",pod="two",container="trainer"`,
    ]);
    pods = [pod('three', [gpu])];
    await read();
    expect(series()).toEqual([`uuid="${gpu}",namespace="research",pod="three",container="trainer"`]);
    collector.expire();
    expect(series()).toEqual([]);
    await read();
    expect(series()).toHaveLength(1);
  });

  it('tells who holds a GPU by a claim, under the name of the device', async () => {
    let pods = [
      claiming('one', [{ driver_name: 'gpu.nvidia.com', pool_name: 'node-a', device_name: 'gpu-0' }]),
      claiming('two', [{ driver_name: 'compute-domain.nvidia.com', pool_name: 'node-a', device_name: 'channel-0' }]),
    ];
    await kubelet(() => ({ pod_resources: pods }));
    const { collector, read, series } = reader();
    await read();
    const claim =
      'driver="gpu.nvidia.com",pool="node-a",device="gpu-0",namespace="research",pod="one",container="trainer"';
    expect(series()).toEqual([claim]);
    collector.expire();
    expect(series()).toEqual([]);
    await read();
    pods = [];
    await read();
    expect(series()).toEqual([]);
  });

  it('keeps what it read when the kubelet goes away, and reads on when it is back', async () => {
    const end = await kubelet(() => ({ pod_resources: [pod('one', [gpu])] }));
    const { read, series } = reader();
    await read();
    end();
    await expect(read()).rejects.toMatchObject({ reason: 'absent' });
    expect(series()).toHaveLength(1);
    await kubelet(() => ({ pod_resources: [] }));
    await read();
    expect(series()).toEqual([]);
  });

  it.each([
    [status.PERMISSION_DENIED, 'permission_denied'],
    [status.UNIMPLEMENTED, 'unsupported'],
    [status.RESOURCE_EXHAUSTED, 'refused'],
    [status.DEADLINE_EXCEEDED, 'timeout'],
  ])('tells status %s as %s', async (code, reason) => {
    await kubelet(() => ({ code }));
    await expect(reader().read()).rejects.toMatchObject({ name: 'CollectorError', reason });
  });

  it('gives up a kubelet that does not answer', async () => {
    const giveUp = new AbortController();
    await kubelet(() => {
      giveUp.abort();
      return 'silence';
    });
    await expect(reader().read(giveUp.signal)).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('tells an answer that is not gRPC', async () => {
    const server = await new Promise<NetServer>((resolve) => {
      const listening: NetServer = createServer((connection) => {
        connection.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n');
      }).listen(socket, () => {
        resolve(listening);
      });
    });
    endings.push(() => server.close());
    const { read } = reader();
    const failure = await read().catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'CollectorError', reason: 'unreachable' });
    // The same failure is logged once, so it must read the same.
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(read()).rejects.toThrow((failure as Error).message);
  });

  it.skipIf(process.getuid?.() === 0)('tells a socket that it may not use', async () => {
    await kubelet(() => ({ pod_resources: [] }));
    chmodSync(socket, 0o000);
    await expect(reader().read()).rejects.toMatchObject({ reason: 'permission_denied' });
  });

  it('serves what it can read beside a device that is none', async () => {
    await kubelet(() => ({ pod_resources: [pod('one', [gpu]), pod('two', ['nvidia0'])] }));
    const { read, series } = reader();
    await expect(read()).rejects.toMatchObject({
      reason: 'unreadable',
      message: expect.stringContaining('nvidia0') as string,
    });
    expect(series()).toHaveLength(1);
  });
});

describe('holdersOf', () => {
  it('takes GPUs alone', () => {
    const pods = [pod('one', [gpu]), pod('two', ['0000:3b:02.1'], 'example.com/nic')];
    expect(holdersOf({ pod_resources: pods }, ['nvidia.com/gpu']).holders.map((holder) => holder.pod)).toEqual(['one']);
    expect(holdersOf({ pod_resources: pods }, []).holders).toEqual([]);
  });

  it('bounds the holders and counts those beyond', () => {
    const pods = Array.from({ length: mostHolders + 2 }, (_, index) => pod(`p${index}`, [gpu]));
    const { holders, overLimit } = holdersOf({ pod_resources: pods }, ['nvidia.com/gpu']);
    expect([holders.length, overLimit]).toEqual([mostHolders, 2]);
  });

  it.each(['GPU-', 'GPU-a b', `GPU-${'a'.repeat(101)}`, `${gpu}::x`, ''])('refuses the id %j', (id) => {
    const read = holdersOf({ pod_resources: [pod('one', [id])] }, ['nvidia.com/gpu']);
    expect(read).toMatchObject({ holders: [], unreadable: expect.stringContaining('research/one') as string });
  });
});

describe('claimHoldersOf', () => {
  const drivers = ['gpu.nvidia.com'];

  it('takes the names out of CDI devices where the kubelet tells no others', () => {
    const claim = '5f0c1d2e-8a51-4f0d-9b7c-3e6a2d4c8b10';
    const device = 'k8s.gpu.nvidia.com/device=gpu-1-mig-19-0-1';
    const claimed = `k8s.gpu.nvidia.com/claim=${claim}-gpu-1-mig-19-0-1`;
    const others = ['odd', `k8s.gpu.nvidia.com/claim=${claim}`, 'k8s.gpu.nvidia.com/claim=5f0c-gpu-1'];
    // Newer drivers have no other name of a device than that for its claim.
    for (const names of [[device, claimed], [device], [claimed]]) {
      const pods = [claiming('one', [{ cdi_devices: [...names, ...others].map((name) => ({ name })) }])];
      expect(claimHoldersOf({ pod_resources: pods }, drivers).holders).toEqual([
        {
          ...{ driver: 'gpu.nvidia.com', pool: '', device: 'gpu-1-mig-19-0-1' },
          ...{ namespace: 'research', pod: 'one', container: 'trainer' },
        },
      ]);
    }
  });

  it('bounds the holders and counts those beyond, and names a device without a proper name', () => {
    const gpus = Array.from({ length: mostHolders + 2 }, (_, index) => ({
      ...{ driver_name: 'gpu.nvidia.com', device_name: `gpu-${index}` },
    }));
    const { holders, overLimit } = claimHoldersOf({ pod_resources: [claiming('one', gpus)] }, drivers);
    expect([holders.length, overLimit]).toEqual([mostHolders, 2]);
    const nameless = claiming('two', [{ driver_name: 'gpu.nvidia.com' }]);
    expect(claimHoldersOf({ pod_resources: [nameless] }, drivers)).toMatchObject({
      ...{ holders: [], unreadable: expect.stringContaining('research/two') as string },
    });
  });
});
