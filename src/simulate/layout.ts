import { documentLayout } from './drivers/document-layout.ts';
import { driverIn } from './drivers/driver-range.ts';

/** An element of the document, as the layout has it. */
export interface Element {
  readonly name: string;
  readonly shows:
    | { readonly kind: 'fact'; readonly fact: string; readonly unit: string }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'block'; readonly block: string }
    /** Other elements, unless the fact `instead` has no value: then that is shown alone. */
    | { readonly kind: 'elements'; readonly elements: readonly Element[]; readonly instead: string | null };
}

const line =
  /^( *)(\w+)(?:: (?:"(?<text>.*?)"|<(?<block>\w+)>|(?<fact>\S+)))?(?: \| (?<instead>\S+))?(?: \[(?<unit>[^\]]+)\])?(?: @(?<drivers>\S+))?(?: \?(?<trait>\S+))?$/;

/**
 * The elements that a driver prints for a card with these traits.
 * @throws Error when the layout itself has a mistake
 */
export function layoutOf(driver: string, traits: ReadonlySet<string>): readonly Element[] {
  const top: Element[] = [];
  /** The open elements with their indents; what stands below one that is left out goes into a list that nobody reads. */
  const open: { readonly indent: number; readonly elements: Element[] }[] = [{ indent: -1, elements: top }];
  for (const written of documentLayout.trim().split('\n')) {
    const found = line.exec(written);
    if (found === null) throw new Error(`the layout of the document has a line that cannot be read: ${written}`);
    const [, blanks = '', name = ''] = found;
    while ((open.at(-1)?.indent ?? -1) >= blanks.length) open.pop();
    const { text, block, fact, unit = '', instead = null, drivers, trait } = found.groups ?? {};
    const elements: Element[] = [];
    const shows: Element['shows'] =
      text !== undefined
        ? { kind: 'text', text }
        : block !== undefined
          ? { kind: 'block', block }
          : fact !== undefined
            ? { kind: 'fact', fact, unit }
            : { kind: 'elements', elements, instead };
    const there = (drivers === undefined || driverIn(drivers, driver)) && (trait === undefined || traits.has(trait));
    if (there) open.at(-1)?.elements.push({ name, shows });
    open.push({ indent: blanks.length, elements });
  }
  return top;
}
