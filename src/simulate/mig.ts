import type { Facts } from './moment.ts';
import { uuid, type Gpu } from './machine.ts';
import type { MigInstance } from './models/model.ts';
import { cardErrors } from './faults.ts';

/** The lines within `mig_devices`. They name no UUID and no profile: `-L` alone has those. */
export function migDevices({ model }: Gpu, facts: Facts): readonly string[] {
  if (model.mig === undefined) return ['None'];
  const used = migShare(model.mig, facts);
  if (used === null) return [Object.values(cardErrors).find((text) => text === facts.get('memory.used')) ?? 'N/A'];
  return model.mig.flatMap((instance, index) => device(instance, index, Math.round(instance.memory * used)));
}

/** The share of its memory that each instance uses; null when the card does not tell. */
export function migShare(instances: readonly MigInstance[], facts: Facts): number | null {
  const used = Number(facts.get('memory.used'));
  const total = instances.reduce((sum, { memory }) => sum + memory, 0);
  return Number.isNaN(used) ? null : Math.min(1, used / total);
}

function device(instance: MigInstance, index: number, used: number): string[] {
  const { gpuInstance, multiprocessors, copyEngines, decoders, memory } = instance;
  const bar1 = Math.round(memory * 0.61);
  return [
    '<mig_device>',
    `\t<index>${index}</index>`,
    `\t<gpu_instance_id>${gpuInstance}</gpu_instance_id>`,
    '\t<compute_instance_id>0</compute_instance_id>',
    '\t<device_attributes>',
    '\t\t<shared>',
    `\t\t\t<multiprocessor_count>${multiprocessors}</multiprocessor_count>`,
    `\t\t\t<copy_engine_count>${copyEngines}</copy_engine_count>`,
    '\t\t\t<encoder_count>0</encoder_count>',
    `\t\t\t<decoder_count>${decoders}</decoder_count>`,
    '\t\t\t<ofa_count>0</ofa_count>',
    '\t\t\t<jpg_count>0</jpg_count>',
    '\t\t</shared>',
    '\t</device_attributes>',
    '\t<ecc_error_count>',
    '\t\t<volatile_count>',
    '\t\t\t<sram_uncorrectable>0</sram_uncorrectable>',
    '\t\t</volatile_count>',
    '\t</ecc_error_count>',
    '\t<fb_memory_usage>',
    `\t\t<total>${memory} MiB</total>`,
    '\t\t<reserved>0 MiB</reserved>',
    `\t\t<used>${used} MiB</used>`,
    `\t\t<free>${memory - used} MiB</free>`,
    '\t</fb_memory_usage>',
    '\t<bar1_memory_usage>',
    `\t\t<total>${bar1} MiB</total>`,
    '\t\t<used>0 MiB</used>',
    `\t\t<free>${bar1} MiB</free>`,
    '\t</bar1_memory_usage>',
    '</mig_device>',
  ];
}

/** The lines that `-L` has below a card in MIG mode. */
export function migList({ model, seed, index }: Gpu): readonly string[] {
  return (model.mig ?? []).map(
    ({ profile, gpuInstance }, at) =>
      `  MIG ${profile.padEnd(11)} Device ${String(at).padStart(2)}: (UUID: MIG-${uuid(seed, index, 'mig', gpuInstance)})`,
  );
}
