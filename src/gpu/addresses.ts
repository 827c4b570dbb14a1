/** Who a GPU is, as its series name it. */
export interface GpuIdentity {
  /** Empty as long as the card has not told it. */
  readonly uuid: string;
  /** The label `gpu`. */
  readonly gpu: string;
}

/** Which GPU sits at which PCI address (`0000:cf:00.0`): kept by the collector `gpu`, read by whoever is told of addresses alone. */
export type GpuAddresses = Map<string, GpuIdentity>;
