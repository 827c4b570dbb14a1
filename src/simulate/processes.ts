import type { Facts } from './moment.ts';
import type { Gpu } from './machine.ts';
import { migShare } from './mig.ts';

/** A process that computes on a GPU. */
export interface GpuProcess {
  /** null on a card that is not in MIG mode. */
  readonly gpuInstance: number | null;
  readonly pid: number;
  readonly name: string;
  /** MiB; null where the driver does not tell. */
  readonly memory: number | null;
}

const usualName = '/usr/bin/python3';
/** What the driver takes for itself, of what is in use. */
const driverMebibytes = 6;

/**
 * One process on each GPU or MIG instance, and none on a card that does not tell.
 * @param given id of the first, and name of all; null: made up
 */
export function processesOf(
  { model, index }: Gpu,
  facts: Facts,
  given: { readonly pid: number | null; readonly name: string | null },
): readonly GpuProcess[] {
  const first = given.pid ?? 4001 + 100 * index;
  const name = given.name ?? usualName;
  if (model.mig !== undefined) {
    const share = migShare(model.mig, facts);
    if (share === null) return [];
    return model.mig.map(({ gpuInstance, memory }, at) => ({
      gpuInstance,
      pid: first + at,
      name,
      memory: Math.round(memory * share) - driverMebibytes,
    }));
  }
  if (model.namesProcesses === false) return [{ gpuInstance: null, pid: first, name: '[Not Found]', memory: null }];
  const memory = Number(facts.get('memory.used')) - driverMebibytes;
  return Number.isNaN(memory) ? [] : [{ gpuInstance: null, pid: first, name, memory }];
}
