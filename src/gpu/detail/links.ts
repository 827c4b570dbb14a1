import { FreshRows, type SeriesTable } from '../../series/index.ts';
import type { GpuIdentity } from '../addresses.ts';
import { linkErrorLabels, linkErrorMetrics, linkLabels, linkMetrics } from './metrics.ts';

/** One NVLink of a GPU. */
export interface Link {
  readonly link: string;
  /** In bytes per second; 0 when it is down. Null when it is not told. */
  readonly bandwidth: number | null;
  /** Errors since the driver was loaded, by kind. */
  readonly errors: ReadonlyMap<string, number>;
}

/** Links of all GPUs together: 16 GPUs have 18 each. */
const mostLinks = 1024;

/**
 * Reads `nvidia-smi nvlink -s` and `-e`, in any order. Under each GPU stand lines such as `Link 0: 26.562 GB/s`, `Link 1: <inactive>` and
 * `Link 0: CRC Errors: 0`.
 * @returns by the uuid of the GPU
 */
export function parseLinks(lines: readonly string[]): ReadonlyMap<string, readonly Link[]> {
  const gpus = new Map<string, Map<string, { bandwidth: number | null; errors: Map<string, number> }>>();
  let links: Map<string, { bandwidth: number | null; errors: Map<string, number> }> | null = null;
  let count = 0;
  for (const line of lines) {
    if (/^\S/.test(line)) {
      const [, uuid] = /^GPU\s+\d+:.*\(UUID:\s*([^\s)]{1,96})\)\s*$/.exec(line) ?? [];
      links = uuid === undefined ? null : (gpus.get(uuid) ?? new Map());
      if (uuid !== undefined && links !== null) gpus.set(uuid, links);
      continue;
    }
    const [, link, said] = /^\s+Link\s+(\d{1,2}):\s*(.{1,80}?)\s*$/.exec(line) ?? [];
    if (links === null || link === undefined || said === undefined) continue;
    let told = links.get(link);
    if (told === undefined) {
      if (count >= mostLinks) continue;
      count += 1;
      told = { bandwidth: null, errors: new Map() };
      links.set(link, told);
    }
    const [, rate] = /^(\d+(?:\.\d+)?) GB\/s$/.exec(said) ?? [];
    const [, kind, errors] = /^(Replay|Recovery|CRC|CRC Flit|CRC Data) Errors: (\d{1,15})$/i.exec(said) ?? [];
    if (rate !== undefined && Number(rate) < 10_000) told.bandwidth = 1e9 * Number(rate);
    else if (/^<?inactive>?$/i.test(said)) told.bandwidth = 0;
    else if (kind !== undefined) told.errors.set(kind.toLowerCase().replace(' ', '_'), Number(errors));
  }
  return new Map([...gpus].map(([uuid, told]) => [uuid, [...told].map(([link, facts]) => ({ link, ...facts }))]));
}

/** The series of NVLinks. */
export class LinkSeries {
  readonly #links;
  readonly #errors;

  constructor(table: SeriesTable) {
    this.#links = new FreshRows(table.group(linkLabels, linkMetrics));
    this.#errors = new FreshRows(table.group(linkErrorLabels, linkErrorMetrics));
  }

  show(cards: readonly GpuIdentity[], links: ReadonlyMap<string, readonly Link[]>): void {
    const all = cards.flatMap((card) => (links.get(card.uuid) ?? []).map((link) => ({ card, link })));
    this.#links.show(
      all.map(({ card, link: { link, bandwidth } }) => ({
        labels: { ...card, link },
        values: { active: bandwidth === null ? null : Number(bandwidth > 0), bandwidth },
      })),
    );
    this.#errors.show(
      all.flatMap(({ card, link: { link, errors } }) =>
        [...errors].map(([kind, count]) => ({ labels: { ...card, link, kind }, values: { errors: count } })),
      ),
    );
  }

  clear(): void {
    this.show([], new Map());
  }
}
