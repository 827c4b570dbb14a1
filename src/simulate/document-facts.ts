import { layoutOf, type Element } from './layout.ts';
import type { Facts } from './moment.ts';

/** What a document says of the machine, and of each of its GPUs. */
export interface DocumentFacts {
  readonly driver: string;
  readonly cards: readonly Facts[];
}

/** Every trait that a layout can have: the paths in the document tell which ones it has. */
const allTraits = new Set(['distance', 'absolute', 'caches', 'parts', 'sources']);

/** Reads the facts of a document of `nvidia-smi -q -x` back, by the layout by which documents are written. */
export function documentFacts(text: string): DocumentFacts {
  const [machine = new Map<string, string>(), ...gpus] = texts(text);
  const driver = machine.get('driver_version') ?? '';
  const byPath = factsByPath(layoutOf(driver, allTraits), '');
  const cards = gpus.map((gpu, index): Facts => {
    const facts = new Map([
      ['driver_version', driver],
      ['count', machine.get('attached_gpus') ?? String(gpus.length)],
      ['index', String(index)],
    ]);
    for (const [path, shown] of gpu) {
      const fact = byPath.get(path);
      if (fact !== undefined && !facts.has(fact.name)) facts.set(fact.name, bare(shown, fact.unit));
    }
    const power = ['power.draw', 'power.draw.average', 'power.draw.instant'].map((name) => facts.get(name));
    const draw = power.find((watts) => watts !== undefined && watts !== 'N/A');
    return draw === undefined ? facts : facts.set('power.draw', draw);
  });
  return { driver, cards };
}

/** The text of each element by its path: those of the machine first, then those of each GPU. */
function texts(document: string): Map<string, string>[] {
  const parts = [new Map<string, string>()];
  const open: string[] = [];
  for (const [, closing, name = '', text = ''] of document.matchAll(/<(\/?)([a-z]\w*)[^>]*>([^<]*)/gi)) {
    if (closing === '/') open.pop();
    else {
      open.push(name);
      if (open.length === 2 && name === 'gpu') parts.push(new Map());
      // Below the log, and below the GPU where it is one's.
      const path = open.slice(parts.length === 1 ? 1 : 2).join('/');
      if (text.trim() !== '') parts.at(-1)?.set(path, text.trim());
    }
  }
  return parts;
}

function factsByPath(
  elements: readonly Element[],
  above: string,
): ReadonlyMap<string, { readonly name: string; readonly unit: string }> {
  return new Map(
    elements.flatMap(({ name, shows }) => {
      const path = `${above}${name}`;
      if (shows.kind === 'fact') return [[path, { name: shows.fact, unit: shows.unit }] as const];
      return shows.kind === 'elements' ? [...factsByPath(shows.elements, `${path}/`)] : [];
    }),
  );
}

function bare(text: string, unit: string): string {
  if (unit === 'hex') return `0x${text}`;
  return unit !== '' && text.endsWith(unit) ? text.slice(0, -unit.length).trim() : text;
}
