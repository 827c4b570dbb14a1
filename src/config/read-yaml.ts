import { isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { bounded, type Mistake } from './mistake.ts';

/** A file with its name. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

type Mapping = Readonly<Record<string, unknown>>;

/** Reads the mapping that a YAML file holds; one that is empty holds an empty one. */
export function readYaml(file: NamedText): { readonly content: Mapping } | { readonly mistakes: readonly Mistake[] } {
  try {
    const lines = new LineCounter();
    // Its own search for equal keys takes minutes where there are many.
    const document = parseDocument(file.text, { lineCounter: lines, logLevel: 'error', uniqueKeys: false });
    const mistakes = [
      ...document.errors.map(({ pos, code, message }) => ({
        at: pos[0],
        value: code,
        // The position is told already, and its colon announces an excerpt.
        expected: `valid YAML (${firstLine(message).replace(/ at line \d+, column \d+:?$/, '')})`,
      })),
      ...strayAliases(document),
      ...repeatedKeys(document),
    ];
    if (mistakes.length > 0)
      return {
        mistakes: bounded(
          file.name,
          mistakes.map((mistake) => placed(file, lines, mistake)),
        ),
      };
    const content: unknown = document.toJS() ?? {};
    if (isMapping(content)) return { content };
    return { mistakes: [{ where: file.name, value: content, expected: 'a mapping of keys at the top' }] };
  } catch (error) {
    // Aliases of aliases that would unfold to more than fits.
    const why = error instanceof Error ? firstLine(error.message) : String(error);
    return {
      mistakes: [{ where: file.name, value: `${file.text.length} characters`, expected: `plain YAML (${why})` }],
    };
  }
}

export function isMapping(value: unknown): value is Mapping {
  // Tags of YAML make dates and sets too.
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

interface PlacedMistake {
  /** In characters from the beginning. */
  readonly at: number;
  readonly value: unknown;
  readonly expected: string;
}

function placed({ name }: NamedText, lines: LineCounter, { at, value, expected }: PlacedMistake): Mistake {
  const { line, col } = lines.linePos(at);
  return { where: `${name}:${line}:${col}`, value, expected };
}

/** What begins with `*` is an alias: mostly a text without its quotes, such as an address. One may also stand in what it stands for. */
function strayAliases(document: Document.Parsed): PlacedMistake[] {
  const found: PlacedMistake[] = [];
  visit(document, {
    Alias: (_, alias) => {
      const at = alias.range?.[0] ?? 0;
      const [from, , to] = alias.resolve(document)?.range ?? [Infinity, Infinity, Infinity];
      if (from === Infinity) {
        const text = `*${alias.source}`;
        found.push({
          at,
          value: text,
          expected: `an anchor &${alias.source} before it; text is written in quotes: "${text}"`,
        });
      } else if (from <= at && at < to) {
        found.push({ at, value: `*${alias.source}`, expected: `no alias within what it stands for` });
      }
    },
  });
  return found;
}

function repeatedKeys(document: Document.Parsed): PlacedMistake[] {
  const found: PlacedMistake[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) found.push({ at: key.range?.[0] ?? 0, value: name, expected: 'each key once' });
        seen.add(name);
      }
    },
  });
  return found;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
