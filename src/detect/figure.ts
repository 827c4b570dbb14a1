/** A figure as a person reads it in a sentence: three significant digits, powers of ten only where they save reading. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'infinity' : '-infinity';
  const rounded = Number(value.toPrecision(3));
  const size = Math.abs(rounded);
  return size !== 0 && (size >= 1e6 || size < 1e-3) ? rounded.toExponential().replace('e+', 'e') : String(rounded);
}

/** A length of time as a person reads it: "42 s", "7.5 min", "3.2 h", "12 d". */
export function span(seconds: number): string {
  if (seconds < 120) return `${figure(seconds)} s`;
  if (seconds < 7200) return `${figure(seconds / 60)} min`;
  return seconds < 172_800 ? `${figure(seconds / 3600)} h` : `${figure(seconds / 86_400)} d`;
}
