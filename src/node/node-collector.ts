import type { BeatOptions, beatOptions, CollectorDeclaration } from '../collect/index.ts';
import type { Metric } from '../series/index.ts';

/** A collector of this room: a declaration together with its options, which all have the same shape. */
export interface NodeCollector<
  Name extends string,
  Metrics extends Readonly<Record<string, Metric>>,
> extends CollectorDeclaration<BeatOptions> {
  readonly name: Name;
  readonly metrics: Metrics;
  readonly options: ReturnType<typeof beatOptions>;
}

/** Keeps the exact types of a declaration's name and metrics. */
export function nodeCollector<const Name extends string, const Metrics extends Readonly<Record<string, Metric>>>(
  declaration: NodeCollector<Name, Metrics>,
): NodeCollector<Name, Metrics> {
  return declaration;
}
