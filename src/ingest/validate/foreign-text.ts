/** Control characters, line separators, halves of surrogate pairs, and U+FFFD, into which invalid UTF-8 is decoded. */
const unfit = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\uFFFD]/u;
const unfitAll = new RegExp(unfit, 'gu');

/** Whether a text can serve as an identity: what is shown of it is all of it. */
export function isFit(text: string): boolean {
  return !unfit.test(text);
}

/** A text that only describes, made fit and cut; null when nothing is left. */
export function description(text: string | undefined, maxLength: number): string | null {
  const fit = (text ?? '').replaceAll(unfitAll, ' ').trim();
  return fit === '' ? null : cut(fit, maxLength);
}

/** A foreign value as a message shows it. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value.replaceAll(unfitAll, '\uFFFD')) : String(value);
  return text.length > 80 ? `${cut(text, 80)}…` : text;
}

/** Cuts between characters: half of a surrogate pair could not be encoded. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
