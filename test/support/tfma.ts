import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { recordOf } from './event-file.ts';

const root = protobuf.loadSync(fileURLToPath(new URL('../../proto/tfma/evaluation.proto', import.meta.url)));

/** The bytes of a message as protobufjs takes it. */
export function tfmaRecord(type: 'MetricsForSlice' | 'ValidationResult', message: object): Buffer {
  const found = root.lookupType(`tfma.${type}`);
  return recordOf(Buffer.from(found.encode(found.fromObject(message)).finish()));
}

/** A key of a slice: text, or "" for all of the data. */
export function sliceKey(slice: string): object {
  if (slice === '') return {};
  const [column, value] = slice.split(':');
  return { singleSliceKeys: [{ column, bytesValue: Buffer.from(value ?? '') }] };
}

/** An output folder, with the metrics of slices by name, and what did not keep a lower bound of 0.9. */
export function writeEvaluation(
  folder: string,
  slices: Readonly<Record<string, Readonly<Record<string, number>>>>,
  failing: readonly (readonly [slice: string, metric: string])[] = [],
): void {
  mkdirSync(folder, { recursive: true });
  const metrics = Object.entries(slices).map(([slice, values]) =>
    tfmaRecord('MetricsForSlice', {
      sliceKey: sliceKey(slice),
      metricKeysAndValues: Object.entries(values).map(([name, value]) => ({
        key: { name },
        value: { doubleValue: { value } },
      })),
    }),
  );
  writeFileSync(join(folder, 'metrics-00000-of-00001.tfrecord'), Buffer.concat(metrics));
  writeFileSync(
    join(folder, 'validations.tfrecord'),
    tfmaRecord('ValidationResult', {
      validationOk: failing.length === 0,
      metricValidationsPerSlice: failing.map(([slice, name]) => ({
        sliceKey: sliceKey(slice),
        failures: [
          {
            metricKey: { name },
            metricThreshold: { valueThreshold: { lowerBound: { value: 0.9 } } },
            metricValue: { doubleValue: { value: slices[slice]?.[name] ?? 0 } },
          },
        ],
      })),
    }),
  );
}
