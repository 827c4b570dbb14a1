/** Names of one kind that a rank may use, by the option that limits them. */
export type NameLimit =
  'max_extras' | 'max_auxiliary_losses' | 'max_layers' | 'max_tensors' | 'max_datasets' | 'max_bins';

/** Series of all names, by the option that limits them. */
export type SeriesLimit = 'max_run_series' | 'max_series';

/** What was not taken because the rank has as many names of its kind as it may have, or the run or all runs have as many series. */
export interface Excess {
  readonly option: NameLimit | SeriesLimit;
  readonly limit: number;
  readonly name: string;
}

/** Told of every name that was not taken. */
export type Exceeded = (excess: Excess) => void;
