import { driverIn } from './drivers/driver-range.ts';
import type { Facts } from './moment.ts';
import { layoutOf, type Element } from './layout.ts';
import { busId, type Gpu } from './machine.ts';
import { migDevices } from './mig.ts';
import { processesOf, type GpuProcess } from './processes.ts';
import { isNoValue } from './query-fields.ts';

/** A GPU and what it tells. */
export interface Told {
  readonly gpu: Gpu;
  readonly facts: Facts;
  /** Of the process on it; null: made up. */
  readonly pid: number | null;
  readonly name: string | null;
}

/** What `nvidia-smi -q -x` prints of these GPUs. */
export function document(cards: readonly Told[], driver: string, time: Date, count: number): string {
  return [
    '<?xml version="1.0" ?>',
    `<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_${documentType(driver)}.dtd">`,
    '<nvidia_smi_log>',
    `\t<timestamp>${longDate(time)}</timestamp>`,
    `\t<driver_version>${driver}</driver_version>`,
    `\t<cuda_version>${cudaVersion(driver)}</cuda_version>`,
    `\t<attached_gpus>${count}</attached_gpus>`,
    ...cards.flatMap((card) => [`\t<gpu id="${busId(card.gpu)}">`, ...gpuLines(card), '\t</gpu>', '']),
    '</nvidia_smi_log>',
    '',
  ].join('\n');
}

function gpuLines({ gpu, facts, ...process }: Told): string[] {
  const blocks = new Map<string, () => readonly string[]>([
    ['migDevices', () => migDevices(gpu, facts)],
    ['supportedClocks', () => supportedClocks(gpu)],
    ['processes', () => processesOf(gpu, facts, process).flatMap(processLines)],
    ['nothing', () => []],
  ]);
  const write = (elements: readonly Element[], indent: string): string[] =>
    elements.flatMap(({ name, shows }): string[] => {
      const leaf = (text: string): string[] => [`${indent}<${name}>${escaped(text)}</${name}>`];
      const nest = (lines: readonly string[]): string[] => [`${indent}<${name}>`, ...lines, `${indent}</${name}>`];
      switch (shows.kind) {
        case 'text':
          return leaf(shows.text);
        case 'fact':
          return leaf(value(facts.get(shows.fact) ?? 'N/A', shows.unit));
        case 'block':
          return nest((blocks.get(shows.block)?.() ?? []).map((line) => `${indent}\t${line}`));
        case 'elements': {
          const instead = shows.instead === null ? '' : (facts.get(shows.instead) ?? 'N/A');
          return isNoValue(instead) ? leaf(instead) : nest(write(shows.elements, `${indent}\t`));
        }
      }
    });
  return write(layoutOf(gpu.driver, traits(gpu)), '\t\t');
}

/** What decides the layout besides the driver: how temperature limits are told, and which memory errors are told apart. */
function traits({ model, driver }: Gpu): ReadonlySet<string> {
  const finer = model.ecc === 'sources' && driverIn('550-', driver);
  return new Set([model.temperature.limits.kind, model.ecc === 'sources' && !finer ? 'parts' : model.ecc]);
}

function value(text: string, unit: string): string {
  if (isNoValue(text) || unit === '') return text;
  if (unit === 'hex') return text.replace('0x', '');
  return unit === 'x' ? `${text}x` : `${text} ${unit}`;
}

function supportedClocks({ model: { clocks } }: Gpu): string[] {
  const steps = Math.floor((clocks.graphics - clocks.lowest) / clocks.step);
  const graphics = Array.from({ length: steps + 1 }, (_, step) => Math.floor(clocks.graphics - step * clocks.step));
  return clocks.memory.flatMap((memory) => [
    '<supported_mem_clock>',
    `\t<value>${memory} MHz</value>`,
    ...graphics.map((clock) => `\t<supported_graphics_clock>${clock} MHz</supported_graphics_clock>`),
    '</supported_mem_clock>',
  ]);
}

/** The name as the process chose it: nvidia-smi escapes nothing of it. */
function processLines({ gpuInstance, pid, name, memory }: GpuProcess): string[] {
  return [
    '<process_info>',
    `\t<gpu_instance_id>${gpuInstance ?? 'N/A'}</gpu_instance_id>`,
    `\t<compute_instance_id>${gpuInstance === null ? 'N/A' : '0'}</compute_instance_id>`,
    `\t<pid>${pid}</pid>`,
    '\t<type>C</type>',
    `\t<process_name>${name}</process_name>`,
    `\t<used_memory>${memory === null ? 'N/A' : `${memory} MiB`}</used_memory>`,
    '</process_info>',
  ];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function documentType(driver: string): string {
  return driverIn('580-', driver) ? 'v13' : driverIn('525-', driver) ? 'v12' : 'v11';
}

/** CUDA as each branch brings it. */
const cudaVersions = [
  ['595-', '13.2'],
  ['590-', '13.1'],
  ['580-', '13.0'],
  ['575-', '12.9'],
  ['570-', '12.8'],
  ['550-', '12.4'],
  ['535-', '12.2'],
  ['525-', '12.0'],
] as const;

function cudaVersion(driver: string): string {
  return cudaVersions.find(([drivers]) => driverIn(drivers, driver))?.[1] ?? '11.4';
}

/** As asctime(3) writes it. */
function longDate(time: Date): string {
  const [weekday, day = '', month, year, clock] = time.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${clock} ${year}`;
}
