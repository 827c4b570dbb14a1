import { FreshRows, type SeriesTable } from '../../series/index.ts';
import type { GpuIdentity } from '../addresses.ts';
import type { GpuLinks, Link } from './links.ts';
import {
  linkBitErrorMetrics,
  linkCountMetrics,
  linkErrorMetrics,
  linkKindLabels,
  linkLabels,
  linkMetrics,
  linkTrafficLabels,
  linkTrafficMetrics,
} from './metrics.ts';

/** A GPU whose links are shown. */
export interface Linked {
  readonly card: GpuIdentity;
  readonly told: GpuLinks;
}

/** The series of NVLinks. */
export class LinkSeries {
  readonly #links;
  readonly #counts;
  readonly #errors;
  readonly #bitErrors;
  readonly #traffic;
  /** The links that a GPU ever named, by its uuid: of links that are all down, some drivers name none. */
  readonly #known = new Map<string, readonly string[]>();

  constructor(table: SeriesTable) {
    this.#links = new FreshRows(table.group(linkLabels, linkMetrics));
    this.#counts = new FreshRows(table.group(['uuid', 'gpu'], linkCountMetrics));
    this.#errors = new FreshRows(table.group(linkKindLabels, linkErrorMetrics));
    this.#bitErrors = new FreshRows(table.group(linkKindLabels, linkBitErrorMetrics));
    this.#traffic = new FreshRows(table.group(linkTrafficLabels, linkTrafficMetrics));
  }

  /** Shows the links of these GPUs, and no others. */
  show(cards: readonly Linked[]): void {
    const gpus = cards.map(({ card, told }) => ({ card, links: this.#linksOf(card.uuid, told), gpu: told }));
    const all = gpus.flatMap(({ card, links }) =>
      links.map((link) => ({ labels: { ...card, link: link.link }, link })),
    );
    this.#links.show(
      all.map(({ labels, link: { active, bandwidth } }) => ({
        labels,
        values: { active: active === null ? null : Number(active), bandwidth },
      })),
    );
    this.#counts.show(
      gpus
        .filter(({ links, gpu }) => gpu.allInactive || links.some(({ active }) => active !== null))
        .map(({ card, links }) => ({ labels: { ...card }, values: { activeLinks: links.filter(isActive).length } })),
    );
    this.#errors.show(
      all.flatMap(({ labels, link }) =>
        [...link.errors].map(([kind, errors]) => ({ labels: { ...labels, kind }, values: { errors } })),
      ),
    );
    this.#bitErrors.show(
      all.flatMap(({ labels, link }) =>
        [...link.bitErrors].map(([kind, bitErrors]) => ({ labels: { ...labels, kind }, values: { bitErrors } })),
      ),
    );
    this.#traffic.show(
      all.flatMap(({ labels, link }) =>
        [...link.traffic].map(([direction, traffic]) => ({ labels: { ...labels, direction }, values: { traffic } })),
      ),
    );
  }

  clear(): void {
    this.show([]);
  }

  #linksOf(uuid: string, { links, allInactive }: GpuLinks): readonly Link[] {
    if (!allInactive) {
      if (links.length > 0)
        this.#known.set(
          uuid,
          links.map(({ link }) => link),
        );
      return links;
    }
    const named = new Set(links.map(({ link }) => link));
    const silent = (this.#known.get(uuid) ?? []).filter((link) => !named.has(link));
    return [
      ...links.map((link) => ({ ...link, ...down })),
      ...silent.map((link) => ({ link, ...nothingTold, ...down })),
    ];
  }
}

const down = { active: false, bandwidth: 0 };
const nothingTold = { errors: new Map(), bitErrors: new Map(), traffic: new Map() };

function isActive({ active }: Link): boolean {
  return active === true;
}
