import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

/** The messages as they are decoded: what is absent was not written. Named as in proto/tfma/evaluation.proto. */
interface Wrapped<Value> {
  readonly value?: Value;
}

export interface SliceKeyMessage {
  readonly singleSliceKeys?: readonly {
    readonly column?: string;
    readonly bytesValue?: Uint8Array;
    readonly floatValue?: number;
    readonly int64Value?: number;
  }[];
}

export interface MetricKeyMessage {
  readonly name?: string;
  readonly outputName?: string;
  readonly subKey?: Readonly<Partial<Record<'classId' | 'k' | 'topK', Wrapped<number>>>>;
  readonly modelName?: string;
  readonly isDiff?: boolean;
  readonly exampleWeighted?: Wrapped<boolean>;
}

export interface MetricValueMessage {
  readonly doubleValue?: Wrapped<number>;
  readonly boundedValue?: { readonly value?: Wrapped<number> };
  readonly tDistributionValue?: { readonly unsampledValue?: Wrapped<number> };
}

export interface MetricsForSliceMessage {
  readonly sliceKey?: SliceKeyMessage;
  readonly crossSliceKey?: object;
  readonly metricKeysAndValues?: readonly { readonly key?: MetricKeyMessage; readonly value?: MetricValueMessage }[];
}

export interface FailureMessage {
  readonly metricKey?: MetricKeyMessage;
  readonly metricThreshold?: {
    readonly valueThreshold?: { readonly lowerBound?: Wrapped<number>; readonly upperBound?: Wrapped<number> };
    readonly changeThreshold?: { readonly absolute?: Wrapped<number>; readonly relative?: Wrapped<number> };
  };
  readonly metricValue?: MetricValueMessage;
}

export interface ValidationResultMessage {
  readonly validationOk?: boolean;
  readonly missingThresholds?: boolean;
  readonly metricValidationsPerSlice?: readonly {
    readonly sliceKey?: SliceKeyMessage;
    readonly crossSliceKey?: object;
    readonly failures?: readonly FailureMessage[];
  }[];
  readonly missingSlices?: readonly {
    readonly featureKeys?: readonly string[];
    readonly featureValues?: Readonly<Record<string, string>>;
  }[];
}

const root = protobuf.loadSync(fileURLToPath(new URL('../../proto/tfma/evaluation.proto', import.meta.url)));
const types = {
  metrics: root.lookupType('tfma.MetricsForSlice'),
  validation: root.lookupType('tfma.ValidationResult'),
};

/** Null where the bytes are no such message. */
export function decodeMetrics(bytes: Uint8Array): MetricsForSliceMessage | null {
  return decode('metrics', bytes);
}

/** Null where the bytes are no such message. */
export function decodeValidation(bytes: Uint8Array): ValidationResultMessage | null {
  return decode('validation', bytes);
}

function decode(kind: keyof typeof types, bytes: Uint8Array): object | null {
  try {
    return types[kind].toObject(types[kind].decode(bytes), { longs: Number });
  } catch {
    return null;
  }
}
