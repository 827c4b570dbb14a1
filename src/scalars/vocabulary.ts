import { aliases } from './aliases.ts';
import { isMeaning, meanings, type Meaning } from './meaning.ts';

export type Read<Value> = { readonly value: Value } | { readonly error: string };

/** What a column or tag means. */
export interface Column {
  /** In small letters. */
  readonly name: string;
  readonly meaning: Meaning;
  /** Its place among the names of its meaning: where several are told at once, that of the lowest is meant. */
  readonly rank: number;
  /** Gives its values the unit of the field. */
  readonly convert: (value: number) => number;
}

const asItIs = (value: number) => value;

/** Meaning by the name of a column, key or tag, without regard to case. */
export class Vocabulary {
  readonly #byName = new Map<string, Column>();
  /** Whether what has no meaning is taken all the same, by its name. */
  readonly isExtra: (name: string) => boolean;

  private constructor(own: ReadonlyMap<Meaning, string>, isExtra: (name: string) => boolean) {
    this.isExtra = isExtra;
    for (const meaning of meanings) {
      // A mapping takes the place of the usual names, so that two columns never mean one thing by surprise.
      if (own.has(meaning)) continue;
      for (const [rank, alias] of [meaning, ...(aliases[meaning] ?? [])].entries()) {
        const [name, convert] = typeof alias === 'string' ? [alias, asItIs] : alias;
        this.#add({ name: name.toLowerCase(), meaning, rank, convert });
      }
    }
    for (const [meaning, name] of own) this.#add({ name: name.toLowerCase(), meaning, rank: 0, convert: asItIs });
  }

  /**
   * @param mappings texts of the form `field=column`, which win over the usual names
   * @param option where the mappings come from, as an error names it
   * @param isExtra whether a name that has no meaning is wanted
   */
  static of(
    mappings: readonly string[],
    option: string,
    isExtra: (name: string) => boolean = () => false,
  ): Read<Vocabulary> {
    const own = new Map<Meaning, string>();
    for (const mapping of mappings) {
      const [meaning = '', ...rest] = mapping.split('=');
      const name = rest.join('=');
      if (!isMeaning(meaning) || name === '') {
        return { error: `${option}: found ${mapping}, expected FIELD=COLUMN with FIELD one of ${meanings.join(', ')}` };
      }
      own.set(meaning, name);
    }
    return { value: new Vocabulary(own, isExtra) };
  }

  find(name: string): Column | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  #add(column: Column): void {
    this.#byName.set(column.name, column);
  }
}

/** Puts what was found under names into the order of their ranks; of the same rank, and without a meaning, it keeps its order. */
export function byRank(
  one: { readonly column?: Column | undefined },
  other: { readonly column?: Column | undefined },
): number {
  return (one.column?.rank ?? 0) - (other.column?.rank ?? 0);
}
