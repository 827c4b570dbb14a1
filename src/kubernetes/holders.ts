import type { ListPodResourcesResponse } from './kubelet.ts';

/** A container that holds a GPU or MIG instance. */
export interface Holder {
  readonly uuid: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface Holders {
  readonly holders: readonly Holder[];
  /** Holders over the limit, which were left out. */
  readonly overLimit: number;
  /** A device that names no GPU by its uuid, or whose holder has no proper name; null where there is none. */
  readonly unreadable: string | null;
}

/** A node has at most 16 GPUs of 7 MIG instances each; the rest is room for time-slicing. */
export const mostHolders = 1024;
/** The longest name of a pod: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export const longestName = 253;

/** Who holds the GPUs. A GPU that a container holds by several of its replicas (`GPU-…::3`) is held once. */
export function holdersOf(response: ListPodResourcesResponse, resources: readonly string[]): Holders {
  const holders = new Map<string, Holder>();
  let overLimit = 0;
  let unreadable: string | null = null;
  for (const { name: pod, namespace, containers } of response.pod_resources) {
    for (const { name: container, devices } of containers) {
      for (const { resource_name: resource, device_ids: ids } of devices) {
        if (!resources.some((beginning) => resource.startsWith(beginning))) continue;
        for (const id of ids) {
          const uuid = uuidOf(id);
          if (uuid === null || ![pod, namespace, container].every(isName)) {
            unreadable ??= `${id} of ${resource}, held by ${namespace}/${pod}`.slice(0, longestName);
            continue;
          }
          const key = [uuid, namespace, pod, container].join('\n');
          if (holders.has(key)) continue;
          if (holders.size < mostHolders) holders.set(key, { uuid, namespace, pod, container });
          else overLimit += 1;
        }
      }
    }
  }
  return { holders: [...holders.values()], overLimit, unreadable };
}

/**
 * The uuid in the id of a device: `GPU-…` or `MIG-…` (older drivers: `MIG-GPU-…/7/0`). NVIDIA's device plugin appends `::` and
 * a number where it offers a GPU more than once: https://github.com/NVIDIA/k8s-device-plugin#shared-access-to-gpus
 */
function uuidOf(id: string): string | null {
  const [uuid] = /^(?:GPU|MIG)-[\w/-]{1,100}(?=$|::\d+$)/.exec(id) ?? [];
  return uuid ?? null;
}

export function isName(text: string): boolean {
  return text.length > 0 && text.length <= longestName && !text.includes('\n');
}
