import type { GpuReport } from '../gpu/index.ts';
import type { TableCell } from './table.ts';

export const gpuHeads = ['GPU', 'Model', 'State', 'Utilisation', 'Memory', 'Temperature', 'Power'];

/** A GPU as a row of the page, in the units in which people speak of GPUs. */
export function gpuCells(gpu: GpuReport): readonly TableCell[] {
  const { utilization, temperature, power } = gpu;
  return [
    gpu.gpu,
    gpu.name === '' ? null : gpu.name,
    gpu.state.replaceAll('_', ' '),
    utilization === null ? null : `${Math.round(100 * utilization)} %`,
    memory(gpu),
    temperature === null ? null : `${Math.round(temperature)} °C`,
    power === null ? null : `${Math.round(power)} W`,
  ];
}

function memory({ memoryUsed, memoryTotal }: GpuReport): string | null {
  if (memoryUsed === null && memoryTotal === null) return null;
  return `${gibibytes(memoryUsed)} of ${gibibytes(memoryTotal)} GiB`;
}

function gibibytes(bytes: number | null): string {
  return bytes === null ? '–' : (bytes / 2 ** 30).toFixed(1);
}
