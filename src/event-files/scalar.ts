/** A tensor of an event as it is decoded: what is absent was not written. */
export interface TensorMessage {
  readonly dtype?: number;
  readonly tensorShape?: { readonly dim?: readonly { readonly size?: number }[] };
  readonly tensorContent?: Uint8Array;
  readonly floatVal?: readonly number[];
  readonly doubleVal?: readonly number[];
  readonly intVal?: readonly number[];
  readonly int64Val?: readonly number[];
  readonly halfVal?: readonly number[];
}

interface NumberType {
  readonly bytes: number;
  readonly read: (content: DataView) => number;
  readonly list: (tensor: TensorMessage) => readonly number[] | undefined;
}

/** https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/types.proto */
const types: ReadonlyMap<number, NumberType> = new Map([
  [1, { bytes: 4, read: (content) => content.getFloat32(0, true), list: ({ floatVal }) => floatVal }],
  [2, { bytes: 8, read: (content) => content.getFloat64(0, true), list: ({ doubleVal }) => doubleVal }],
  [3, { bytes: 4, read: (content) => content.getInt32(0, true), list: ({ intVal }) => intVal }],
  [9, { bytes: 8, read: (content) => Number(content.getBigInt64(0, true)), list: ({ int64Val }) => int64Val }],
  [
    14,
    {
      bytes: 2,
      read: (content) => bfloat16(content.getUint16(0, true)),
      list: ({ halfVal }) => halfVal?.map(bfloat16),
    },
  ],
  [19, { bytes: 2, read: (content) => half(content.getUint16(0, true)), list: ({ halfVal }) => halfVal?.map(half) }],
]);

/** The number of a tensor that holds one; null for any other tensor. */
export function scalarOf(tensor: TensorMessage): number | null {
  const type = types.get(tensor.dtype ?? 0);
  const shape = tensor.tensorShape?.dim ?? [];
  if (type === undefined || shape.some(({ size }) => size !== 1)) return null;
  const { tensorContent: content } = tensor;
  if (content !== undefined && content.length > 0) {
    if (content.length !== type.bytes) return null;
    return type.read(new DataView(content.buffer, content.byteOffset, content.byteLength));
  }
  const list = type.list(tensor);
  return list?.length === 1 ? (list[0] ?? null) : null;
}

/** The upper half of a float of 32 bits. */
function bfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
