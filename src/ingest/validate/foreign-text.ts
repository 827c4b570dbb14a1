/** Control characters, line separators, halves of surrogate pairs, and U+FFFD, into which invalid UTF-8 is decoded. */
const unfit = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\uFFFD]/u;
const unfitAll = new RegExp(unfit, 'gu');

/** Whether a text can serve as an identity: what is shown of it is all of it. */
export function isFit(text: string): boolean {
  return !unfit.test(text);
}

/** Whether a text has at most so many characters, which are code points: an emoji is one, though a JavaScript string has two for it. */
export function hasAtMost(text: string, characters: number): boolean {
  if (text.length <= characters) return true;
  return text.length <= 2 * characters && Array.from(text).length <= characters;
}

/** A text that only describes, made fit and cut; null when nothing is left. */
export function description(text: string | undefined, maxLength: number): string | null {
  const fit = (text ?? '').replaceAll(unfitAll, ' ').trim();
  return fit === '' ? null : cut(fit, maxLength);
}

/** A foreign value as a message shows it. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value.replaceAll(unfitAll, '\uFFFD')) : String(value);
  return hasAtMost(text, 80) ? text : `${cut(text, 80)}…`;
}

function cut(text: string, characters: number): string {
  if (hasAtMost(text, characters)) return text;
  return Array.from(text.slice(0, 2 * characters))
    .slice(0, characters)
    .join('');
}
