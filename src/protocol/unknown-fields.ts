import type { MessageTypeDefinition, PackageDefinition } from '@grpc/proto-loader';

/** What of a message's descriptor is needed here: https://protobuf.dev/reference/protobuf/google.protobuf/#descriptor-proto */
interface Descriptor {
  readonly field: readonly { readonly number: number; readonly typeName: string; readonly type: string }[];
  readonly nestedType: readonly (Descriptor & { readonly name: string })[];
}

/** The known fields of a message by number: what message each holds, null where it holds none. */
type Fields = Map<number, { readonly message: Fields | null }>;

/** Counts the fields of messages that are not in the proto file, also within other messages. */
export class UnknownFields {
  readonly #messages = new Map<string, Fields>();

  constructor(definitions: PackageDefinition, prefix: string) {
    const descriptors = new Map<string, Descriptor>();
    const collect = (name: string, descriptor: Descriptor): void => {
      descriptors.set(name, descriptor);
      for (const nested of descriptor.nestedType) collect(`${name}.${nested.name}`, nested);
    };
    for (const [name, definition] of Object.entries(definitions)) {
      if (name.startsWith(prefix) && isMessage(definition)) collect(name, definition.type as unknown as Descriptor);
    }
    for (const name of descriptors.keys()) this.#messages.set(name, new Map());
    for (const [name, { field }] of descriptors) {
      for (const { number, type, typeName } of field) {
        const message = type === 'TYPE_MESSAGE' ? this.#resolve(name, typeName) : null;
        this.#messages.get(name)?.set(number, { message });
      }
    }
  }

  /** @param bytes a message that could be decoded */
  count(message: string, bytes: Buffer): number {
    const fields = this.#messages.get(message);
    if (fields === undefined) throw new RangeError(`no message ${message} in the proto file`);
    return countIn(fields, bytes);
  }

  /** A name as the file of `scope` writes it: full, or relative to a scope around it. */
  #resolve(scope: string, name: string): Fields | null {
    if (name.startsWith('.')) return this.#messages.get(name.slice(1)) ?? null;
    for (let around = scope; around !== ''; around = around.slice(0, Math.max(0, around.lastIndexOf('.')))) {
      const found = this.#messages.get(`${around}.${name}`);
      if (found !== undefined) return found;
    }
    return this.#messages.get(name) ?? null;
  }
}

function isMessage(definition: PackageDefinition[string]): definition is MessageTypeDefinition<object, object> {
  return 'format' in definition && definition.format === 'Protocol Buffer 3 DescriptorProto';
}

/** Walks over the fields as they are encoded: https://protobuf.dev/programming-guides/encoding/ */
function countIn(fields: Fields, bytes: Buffer): number {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; at < bytes.length; factor *= 128) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte & 127) * factor;
      if (byte < 128) break;
    }
    return value;
  };
  let unknown = 0;
  while (at < bytes.length) {
    const tag = varint();
    const known = fields.get(Math.floor(tag / 8));
    if (known === undefined) unknown += 1;
    const wireType = tag % 8;
    if (wireType === 0) varint();
    else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else if (wireType === 2) {
      const end = varint() + at;
      if (known?.message) unknown += countIn(known.message, bytes.subarray(at, end));
      at = end;
    } else return unknown; // A group, which no proto3 file has.
  }
  return unknown;
}
