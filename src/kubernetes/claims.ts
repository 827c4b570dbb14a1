import { isName, longestName, mostHolders } from './holders.ts';
import type { ClaimResource, ListPodResourcesResponse } from './kubelet.ts';

/** A container that holds a device by a resource claim. The name of the device is its driver's, and unique in its pool. */
export interface ClaimHolder {
  readonly driver: string;
  /** Empty where the kubelet does not tell it. */
  readonly pool: string;
  readonly device: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface ClaimHolders {
  readonly holders: readonly ClaimHolder[];
  /** Holders over the limit, which were left out. */
  readonly overLimit: number;
  /** A device without a proper name, or whose holder has none; null where there is none. */
  readonly unreadable: string | null;
}

type Device = Pick<ClaimHolder, 'driver' | 'pool' | 'device'>;

/** Who holds devices of these drivers by dynamic resource allocation (DRA). */
export function claimHoldersOf(response: ListPodResourcesResponse, drivers: readonly string[]): ClaimHolders {
  const holders = new Map<string, ClaimHolder>();
  let overLimit = 0;
  let unreadable: string | null = null;
  for (const { name: pod, namespace, containers } of response.pod_resources) {
    for (const { name: container, dynamic_resources: claims } of containers) {
      for (const device of claims.flatMap(({ claim_resources: resources }) => resources.flatMap(devicesOf))) {
        if (!drivers.includes(device.driver)) continue;
        const holder = { ...device, namespace, pod, container };
        if (![device.device, namespace, pod, container].every(isName) || device.pool.length > longestName) {
          unreadable ??= `${device.device} of ${device.driver}, held by ${namespace}/${pod}`.slice(0, longestName);
          continue;
        }
        const key = Object.values(holder).join('\n');
        if (holders.has(key)) continue;
        if (holders.size < mostHolders) holders.set(key, holder);
        else overLimit += 1;
      }
    }
  }
  return { holders: [...holders.values()], overLimit, unreadable };
}

/**
 * What a claim got. Older kubelets tell the CDI names alone, `VENDOR/CLASS=DEVICE`. NVIDIA's driver has the vendor `k8s.gpu.nvidia.com` and
 * the classes `device` and `claim`, in which the uid of the claim stands before the device; newer ones have the latter alone:
 * https://github.com/NVIDIA/k8s-dra-driver-gpu, cmd/gpu-kubelet-plugin/cdi.go
 */
function devicesOf({
  driver_name: driver,
  pool_name: pool,
  device_name: device,
  cdi_devices: cdi,
}: ClaimResource): Device[] {
  if (driver !== '') return [{ driver, pool, device }];
  return cdi.flatMap(({ name }) => {
    const [, vendor, kind, named] = /^(?:k8s\.)?([^/=]+)\/([^/=]+)=(.+)$/s.exec(name) ?? [];
    const device = kind === 'claim' ? claimed.exec(named ?? '')?.[1] : named;
    return vendor === undefined || device === undefined ? [] : [{ driver: vendor, pool: '', device }];
  });
}

/** The uid of a claim and its device. */
const claimed = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}-(.+)$/s;
