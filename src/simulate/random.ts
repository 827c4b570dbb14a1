/**
 * A number in [0, 1) that depends on the parts alone: FNV-1a over their text, then a finalizer that spreads neighbouring inputs
 * (http://www.isthe.com/chongo/tech/comp/fnv/, and the avalanche step of MurmurHash3).
 */
export function chance(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join('/')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A value in [-1, 1] that drifts over minutes and trembles over seconds. `time` in seconds. */
export function drift(time: number, ...parts: readonly (string | number)[]): number {
  const phase = 2 * Math.PI * chance(...parts, 'phase');
  const slow = Math.sin(time / 41 + phase);
  const quick = Math.sin(time / 5.3 + 2 * phase);
  const tremble = 2 * chance(...parts, Math.floor(time * 4)) - 1;
  return 0.5 * slow + 0.3 * quick + 0.2 * tremble;
}

/** `length` hexadecimal digits. */
export function hexadecimal(length: number, ...parts: readonly (string | number)[]): string {
  return Array.from({ length }, (_, at) => Math.floor(16 * chance(...parts, at)).toString(16)).join('');
}
