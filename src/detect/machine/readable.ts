import type { gpuDetailMetrics, gpuMetrics, xidMetrics } from '../../gpu/index.ts';
import type { nodeMetrics } from '../../node/index.ts';

type Values<Declared> = Declared[keyof Declared];

/** Every metric of the machine that a detector can read. */
type Readable =
  | Values<typeof gpuMetrics>
  | Values<typeof gpuDetailMetrics>
  | Values<typeof xidMetrics>
  | (typeof nodeMetrics)[number];

/** A name that is misspelt, and a label that the metric does not have, do not compile. */
export type ReadableName = Readable['name'];
export type LabelsOf<Name extends ReadableName> = Readonly<
  Partial<Record<Extract<Readable, { readonly name: Name }>['labels'][number], string>>
>;
