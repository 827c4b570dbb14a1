import { plainLine } from '../plain-line.ts';
import type { CheckResult } from './result.ts';

/** Notes can be long lists; they are broken at spaces. */
const lineWidth = 140;

/** The results as aligned lines, notes below their result. */
export function report(results: readonly CheckResult[]): string {
  const width = Math.max(0, ...results.map(({ subject }) => subject.length));
  const lines = results.flatMap(({ outcome, subject, says, notes }) => [
    `${outcome.padEnd(8)} ${subject.padEnd(width)}  ${says}`,
    ...notes.flatMap((note) => wrapped(note, lineWidth - width - 11)).map((line) => `${' '.repeat(width + 11)}${line}`),
  ]);
  const failing = results.filter(({ outcome }) => outcome === 'failing').length;
  const absent = results.filter(({ outcome }) => outcome === 'absent').map(({ subject }) => subject);
  const works = `all ${absent.length === 0 ? '' : 'else '}that is configured works`;
  const verdict = [
    failing === 0 ? works : `${failing} of what is configured will not work`,
    ...(absent.length === 0
      ? []
      : [`${absent.length} ${absent.length === 1 ? 'reads' : 'read'} nothing here: ${absent.join(', ')}`]),
  ].join('; ');
  return [...lines, '', verdict, ''].map(plainLine).join('\n');
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
