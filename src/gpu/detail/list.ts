/** A MIG instance as `nvidia-smi -L` names it. */
export interface Listed {
  readonly uuid: string;
  /** Such as 3g.40gb. */
  readonly profile: string;
}

/** More than a machine has: 16 GPUs of 7 instances, with several compute instances each. */
const mostListed = 1024;

/**
 * Reads `nvidia-smi -L`, which alone tells UUID and profile of MIG instances:
 *
 *     GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-…)
 *       MIG 3g.40gb     Device  0: (UUID: MIG-…)
 *
 * @returns by {@link deviceKey}
 */
export function parseList(lines: readonly string[]): ReadonlyMap<string, Listed> {
  const listed = new Map<string, Listed>();
  let gpu: string | null = null;
  for (const line of lines) {
    const [, gpuUuid] = /^GPU\s+\d+:.*\(UUID:\s*([^\s)]{1,96})\)\s*$/.exec(line) ?? [];
    if (gpuUuid !== undefined) {
      gpu = gpuUuid;
      continue;
    }
    // Any other line of a GPU, a complaint say, must not give its instances to the GPU before it.
    if (/^GPU\b|device handle/i.test(line)) gpu = null;
    const [, profile, device, uuid] =
      /^\s+MIG\s+(\S{1,64})\s+Device\s+(\d{1,3}):\s*\(UUID:\s*([^\s)]{1,128})\)\s*$/.exec(line) ?? [];
    if (gpu === null || profile === undefined || device === undefined || uuid === undefined) continue;
    if (listed.size < mostListed) listed.set(deviceKey(gpu, device), { uuid, profile });
  }
  return listed;
}

/** @param device index of the instance within its GPU */
export function deviceKey(gpuUuid: string, device: string): string {
  return `${gpuUuid}/${Number(device)}`;
}
