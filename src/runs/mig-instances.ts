/** Drivers before 470 name an instance by its GPU, and by its ids within it. */
const withItsGpu = /^MIG-(GPU-[^/]+)\/\d+\/\d+$/i;

/** The MIG instances of this node: a worker in one names it and not its GPU, as CUDA_VISIBLE_DEVICES does. */
export class MigInstances {
  /** The uuid of its GPU, by that of the instance. */
  #gpus: ReadonlyMap<string, string> = new Map();

  /**
   * Takes what was read. A GPU of which nothing was read now, being lost, keeps its instances.
   * @param gpus uuid of its GPU, by the uuid of the instance
   */
  take(gpus: ReadonlyMap<string, string>): void {
    const read = new Set(gpus.values());
    this.#gpus = new Map([...[...this.#gpus].filter(([, gpu]) => !read.has(gpu)), ...gpus]);
  }

  /** The GPU that is named, or of which the named instance is a part; null where that is not known. */
  gpuOf(uuid: string): string | null {
    if (!isMigInstance(uuid)) return uuid;
    return this.#gpus.get(uuid) ?? withItsGpu.exec(uuid)?.[1] ?? null;
  }
}

/** Whether this names an instance and no whole GPU. */
export function isMigInstance(uuid: string): boolean {
  return /^MIG-/i.test(uuid);
}
