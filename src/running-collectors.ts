import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from './catalogue.ts';
import { CollectorRunner, type CollectorContext, type CollectorReport, type Timers } from './collect/index.ts';
import { collectors, gpuUnit, roots, type ConfiguredCollector } from './collectors.ts';
import type { GpuAddresses, GpuReport, Placing } from './gpu/index.ts';
import type { KnownWorker } from './node/index.ts';
import type { Section } from './snapshot/index.ts';

/** Collectors that are made together, as they are now. */
interface Unit {
  readonly members: readonly ConfiguredCollector[];
  /** Settles when all that were there before them have ended what they held. */
  readonly predecessorsGone: Promise<unknown>;
}

export interface CollectorParts extends Pick<CollectorContext, 'table' | 'logger' | 'now'> {
  /** Tells who reports now. */
  readonly workers: () => readonly KnownWorker[];
  readonly placing: Placing;
  /** Where collectors put what outlives the exporter. */
  readonly sections: Section[];
}

/**
 * The collectors that run. A new configuration takes them off and on and changes their intervals; one whose other options changed is
 * made anew, and begins when the one before it is gone: there is never a second nvidia-smi beside one that does not end.
 */
export class RunningCollectors {
  readonly #parts: CollectorParts;
  readonly #runner: CollectorRunner;
  readonly #units = new Map<string, Unit>();
  readonly #addresses: GpuAddresses = new Map();
  #gpus: () => readonly GpuReport[] = () => [];

  constructor(configuration: Configuration, parts: CollectorParts, timers: Timers) {
    this.#parts = parts;
    const { table, logger, now, sections } = parts;
    const keep = (section: Section): void => {
      keepIn(sections, section);
    };
    this.#runner = new CollectorRunner({ table, logger, now, keep, ...roots(configuration) }, timers);
    this.#make(configuration);
  }

  start(): void {
    this.#runner.start();
  }

  reconfigure(configuration: Configuration): void {
    for (const { members, predecessorsGone } of this.#make(configuration)) {
      void predecessorsGone.then(() => {
        for (const { name } of members) this.#runner.start(name);
      });
    }
  }

  /** The GPUs as their collectors see them. */
  get gpus(): readonly GpuReport[] {
    return this.#gpus();
  }

  get waiting(): readonly string[] {
    return this.#runner.waiting;
  }

  get stuck(): ReadonlyMap<string, string> {
    return this.#runner.stuck;
  }

  get reports(): readonly CollectorReport[] {
    return this.#runner.reports;
  }

  stop(): Promise<void> {
    return this.#runner.stop();
  }

  /** Makes what is not there as it is configured. @returns what was made and is to be started */
  #make(configuration: Configuration): readonly Unit[] {
    const { workers, placing, table } = this.#parts;
    const { all, gpus } = collectors(configuration, workers, this.#addresses, placing);
    return [...new Set(all.map(({ unit }) => unit))].flatMap((name) => {
      const members = all.filter(({ unit }) => unit === name);
      const before = this.#units.get(name) ?? { members: [], predecessorsGone: Promise.resolve() };
      if (isDeepStrictEqual(before.members.map(recipeOf), members.map(recipeOf))) {
        this.#retime(before.members, members);
        this.#units.set(name, { ...before, members });
        return [];
      }
      const part = table.part();
      const unit = { members, predecessorsGone: this.#remove(before) };
      for (const { enabled, addTo } of members) if (enabled) addTo(this.#runner, part);
      if (name === gpuUnit) this.#gpus = () => gpus(part);
      this.#units.set(name, unit);
      return [unit];
    });
  }

  /** @returns settles when they and those before them have ended */
  #remove({ members, predecessorsGone }: Unit): Promise<unknown> {
    return Promise.all([predecessorsGone, ...members.map(({ name }) => this.#runner.remove(name))]);
  }

  #retime(before: readonly ConfiguredCollector[], members: readonly ConfiguredCollector[]): void {
    for (const [at, { name, intervalSeconds }] of members.entries())
      if (before[at]?.intervalSeconds !== intervalSeconds) this.#runner.retime(name, intervalSeconds);
  }
}

function recipeOf({ recipe }: ConfiguredCollector): string {
  return recipe;
}

/** A section takes the place of the one of its name, and goes on with what that one had. */
function keepIn(sections: Section[], section: Section): void {
  const at = sections.findIndex(({ name }) => name === section.name);
  if (at < 0) {
    sections.push(section);
    return;
  }
  for (const part of sections[at]?.save() ?? []) section.restore(part);
  section.restored?.();
  sections[at] = section;
}
