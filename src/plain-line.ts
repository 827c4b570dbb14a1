/** A line that steers no terminal, whatever others put into it: control characters are spaces. */
export function plainLine(line: string): string {
  return line.replaceAll(/\p{Cc}+/gu, ' ');
}
