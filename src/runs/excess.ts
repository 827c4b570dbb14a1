/** Names of one kind that a rank may use, by the option that limits them. */
export type NameLimit =
  'max_extras' | 'max_auxiliary_losses' | 'max_layers' | 'max_tensors' | 'max_datasets' | 'max_bins';

/** A name that was not taken because the rank has as many of its kind as it may have. */
export interface Excess {
  readonly option: NameLimit;
  readonly limit: number;
  readonly name: string;
}

/** Told of every name that was not taken. */
export type Exceeded = (excess: Excess) => void;
