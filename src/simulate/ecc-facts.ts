import type { Gpu } from './machine.ts';
import type { Moment } from './moment.ts';
import { grown } from './trouble-effects.ts';

const severities = ['corrected', 'uncorrected'] as const;
const windows = ['volatile', 'aggregate'] as const;

/**
 * Counters of memory errors, in the places that cards of this generation tell apart, and what follows from errors that could not be
 * corrected: a row that is to be remapped, or a page that is to be retired.
 */
export function eccFacts(gpu: Gpu, moment: Moment): [string, string][] {
  const facts: [string, string][] = [
    ['ecc.mode.current', 'Enabled'],
    ['ecc.mode.pending', 'Enabled'],
  ];
  const { ecc } = gpu.model;
  for (const severity of severities) {
    const [dram, sram] = [errors(gpu, moment, severity, 'dram'), errors(gpu, moment, severity, 'sram')];
    for (const window of windows) {
      const set = (place: string, count: number): void => {
        facts.push([`ecc.errors.${severity}.${window}.${place}`, String(count)]);
      };
      set('device_memory', dram);
      set('total', dram + sram);
      if (ecc === 'caches') {
        set('l2_cache', sram);
        for (const place of ['register_file', 'l1_cache']) set(place, 0);
        if (severity === 'uncorrected') set('cbu', 0);
        continue;
      }
      set('dram', dram);
      set('sram', sram);
      if (ecc === 'parts' || severity === 'corrected') continue;
      set('sram.parity', 0);
      set('sram.secded', sram);
      if (window === 'volatile') continue;
      set('sram.l2', sram);
      for (const place of ['sm', 'mcu', 'pcie', 'other']) set(`sram.${place}`, 0);
      facts.push([`ecc.errors.uncorrected.aggregate.sram.thresholdExceeded`, 'No']);
    }
  }
  return [...facts, ...replacedMemory(gpu, errors(gpu, moment, 'uncorrected', 'dram'))];
}

function replacedMemory({ model }: Gpu, uncorrected: number): [string, string][] {
  const pending = uncorrected > 0 ? 'Yes' : 'No';
  if (model.remapperBanks === null) {
    return [
      ['retired_pages.single_bit_ecc.count', '0'],
      ['retired_pages.double_bit.count', String(uncorrected)],
      ['retired_pages.pending', pending],
    ];
  }
  // A card in MIG mode tells the banks only.
  const rows: [string, string][] = [
    ['remapped_rows.correctable', '0'],
    ['remapped_rows.correctable_inactive', '0'],
    ['remapped_rows.uncorrectable', String(uncorrected)],
    ['remapped_rows.uncorrectable_inactive', '0'],
    ['remapped_rows.pending', pending],
    ['remapped_rows.failure', 'No'],
  ];
  return [
    ...(model.mig === undefined ? rows : []),
    ['remapped_rows.histogram.max', String(model.remapperBanks)],
    ...['high', 'partial', 'low', 'none'].map((part): [string, string] => [`remapped_rows.histogram.${part}`, '0']),
  ];
}

function errors(
  { index }: Gpu,
  moment: Moment,
  severity: (typeof severities)[number],
  location: 'dram' | 'sram',
): number {
  return moment.faults.reduce(
    (sum, fault) =>
      fault.kind === 'ecc' && fault.gpu === index && fault.severity === severity && fault.location === location
        ? sum + grown(fault, moment)
        : sum,
    0,
  );
}
