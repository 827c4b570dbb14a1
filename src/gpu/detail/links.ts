import { linkFact, type LinkFact } from './link-counters.ts';

/** One NVLink of a GPU. What is not told is null or not in the maps. */
export interface Link {
  readonly link: string;
  readonly active: boolean | null;
  /** In bytes per second, in one direction; 0 when it is down. */
  readonly bandwidth: number | null;
  /** Errors since the driver was loaded, by kind. */
  readonly errors: ReadonlyMap<string, number>;
  /** Shares of bits that were wrong, by kind. */
  readonly bitErrors: ReadonlyMap<string, number>;
  /** Bytes of payload since the driver was loaded, by direction. */
  readonly traffic: ReadonlyMap<string, number>;
}

/** What the calls of `nvidia-smi nvlink` say of one GPU. */
export interface GpuLinks {
  /** As its heading has it, null where that names none. */
  readonly uuid: string | null;
  /** The index of its heading. */
  readonly index: number;
  readonly links: readonly Link[];
  /** It was said of all links together that none is up. */
  readonly allInactive: boolean;
}

/** Links of all GPUs together: 16 GPUs have 18 each. */
const mostLinks = 1024;
/** Kinds of errors of one link; NVLink 5 has 15. */
const mostKinds = 32;

/** A link while it is read. */
interface Told {
  active: boolean | null;
  bandwidth: number | null;
  readonly errors: Map<string, number>;
  readonly bitErrors: Map<string, number>;
  readonly traffic: Map<string, number>;
  /** What the traffic is of, that of the payload being preferred. */
  readonly trafficOf: Map<string, string>;
}

interface ToldGpu {
  readonly uuid: string | null;
  readonly index: number;
  readonly links: Map<string, Told>;
  allInactive: boolean;
}

/**
 * Reads the answers of `nvidia-smi nvlink` to `-s`, `-e` and `-gt d`, in any order. Under the heading of each GPU stand lines such as
 * `Link 0: 26.562 GB/s`, `Link 1: <inactive>`, `Link 0: CRC Errors: 0`, `Link 0: Effective BER: 15e-255` and `Link 0: Data Tx: 3 KiB`,
 * or one remark on all links.
 */
export function parseLinks(answers: readonly (readonly string[])[]): readonly GpuLinks[] {
  const gpus = new Map<string, ToldGpu>();
  let count = 0;
  for (const lines of answers) {
    let gpu: ToldGpu | null = null;
    for (const line of lines) {
      const [, link, said = ''] = /^\s*Link\s+(\d{1,3})\s*:\s*(.{1,120}?)\s*$/i.exec(line) ?? [];
      if (link === undefined) {
        if (/all links are inactive/i.test(line)) gpu = notingInactive(gpu);
        // What stands below a heading that cannot be read is nobody's.
        else if (/\bGPU\b/i.test(line)) gpu = gpuOf(line, gpus);
        continue;
      }
      let told = gpu?.links.get(link);
      if (gpu === null || (told === undefined && count >= mostLinks)) continue;
      if (told === undefined) {
        count += 1;
        told = { ...stateless, errors: new Map(), bitErrors: new Map(), traffic: new Map(), trafficOf: new Map() };
        gpu.links.set(link, told);
      }
      const [, name, value] = /^([^:]{1,60}?)\s*:\s*([^:]+)$/.exec(said) ?? [];
      if (name === undefined || value === undefined) readState(told, said);
      else take(told, linkFact(name, value));
    }
  }
  return [...gpus.values()].map(({ links, ...gpu }) => ({
    ...gpu,
    links: [...links].map(([link, { trafficOf: _, ...facts }]) => ({ link, ...facts })),
  }));
}

const stateless = { active: null, bandwidth: null };

/** `GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-…)`. */
function gpuOf(line: string, gpus: Map<string, ToldGpu>): ToldGpu | null {
  const [, index, rest = ''] = /^\s*GPU\s+(\d{1,3})\s*:(.*)$/.exec(line) ?? [];
  if (index === undefined) return null;
  const [, uuid = null] = /\(UUID:\s*([^\s)]{1,96})\)/.exec(rest) ?? [];
  const key = uuid ?? index;
  const gpu = gpus.get(key) ?? { uuid, index: Number(index), links: new Map<string, Told>(), allInactive: false };
  gpus.set(key, gpu);
  return gpu;
}

/** The remark stands in place of the links of its GPU. */
function notingInactive(gpu: ToldGpu | null): ToldGpu | null {
  if (gpu !== null) gpu.allInactive = true;
  return gpu;
}

/** The answer to `-s`: what the link carries, or why it carries nothing. One that sleeps to save power is up. */
function readState(link: Told, said: string): void {
  const [, rate, prefix = ''] = /^(\d{1,6}(?:\.\d+)?)\s*([MGT]?)B\/s\b/i.exec(said) ?? [];
  const bandwidth = Number(rate) * (prefixes.get(prefix.toUpperCase()) ?? NaN);
  if (bandwidth < fastest) Object.assign(link, { bandwidth, active: bandwidth > 0 });
  else if (/\b(in-?active|disabled|down|off)\b/i.test(said)) Object.assign(link, { bandwidth: 0, active: false });
  else if (/\b(active|sleep(ing)?|enabled|up)\b/i.test(said)) link.active = true;
}

const prefixes: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
]);
/** No link carries so much, in bytes per second: NVLink 5 has 53e9. */
const fastest = 1e13;

function take(link: Told, fact: LinkFact | null): void {
  if (fact?.fact === 'traffic') {
    const [known, { direction, of }] = [link.trafficOf.get(fact.direction), fact];
    if (known !== undefined && preference.indexOf(known) < preference.indexOf(of)) return;
    link.traffic.set(direction, fact.bytes);
    link.trafficOf.set(direction, of);
  } else if (fact?.fact === 'bit_errors') {
    if (link.bitErrors.size < mostKinds) link.bitErrors.set(fact.kind, fact.ratio);
  } else if (fact?.fact === 'errors' && (link.errors.size < mostKinds || link.errors.has(fact.kind))) {
    // The words that were corrected are told by how many symbols were wrong.
    const before = fact.kind === 'fec_corrected' ? (link.errors.get(fact.kind) ?? 0) : 0;
    link.errors.set(fact.kind, before + fact.count);
  }
}

/** What traffic is of, the wanted first: the payload, all of NVLink 5's, payload and protocol. */
const preference: readonly string[] = ['data', '', 'raw'];
