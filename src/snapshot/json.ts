/** What JSON has no words for is a text that begins with this; a text that begins with it itself has it doubled. */
const mark = '~';

/** Plain data as one line of JSON. NaN, infinities and Float64Arrays are kept to the last bit. */
export function toLine(value: unknown): string {
  return `${JSON.stringify(value, (_, inner: unknown) => encode(inner))}\n`;
}

/** Reads {@link toLine}. @throws SyntaxError when the text is no JSON. */
export function fromLine(line: string): unknown {
  return JSON.parse(line, (_, inner: unknown) => decode(inner));
}

function encode(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : mark + String(value);
  if (typeof value === 'string') return value.startsWith(mark) ? mark + value : value;
  if (!(value instanceof Float64Array)) return value;
  return mark + Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
}

function decode(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(mark)) return value;
  const told = value.slice(mark.length);
  if (told.startsWith(mark)) return told;
  if (told === 'NaN' || told.endsWith('Infinity')) return Number(told);
  const bytes = Buffer.from(told, 'base64');
  const numbers = new Float64Array(bytes.length >> 3);
  Buffer.from(numbers.buffer).set(bytes.subarray(0, numbers.byteLength));
  return numbers;
}
