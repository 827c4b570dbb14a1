import type { Card } from './machine.ts';

export const eccReads = ['gradwatch_gpu_ecc_errors_total'] as const;
export type EccCard = Card<(typeof eccReads)[number]>;

/** The sum that the driver tells, else that of its two parts. */
export function eccCount(
  card: EccCard,
  severity: 'corrected' | 'uncorrected',
  window: 'volatile' | 'aggregate',
): number | null {
  const at = (location: string) => card.read('gradwatch_gpu_ecc_errors_total', { location, severity, window });
  const [total, dram, sram] = [at('total'), at('dram') ?? at('device_memory'), at('sram')];
  return total ?? (dram === null && sram === null ? null : (dram ?? 0) + (sram ?? 0));
}
