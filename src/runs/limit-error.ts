const places = { max_runs: 'runs', max_ranks: 'ranks of this run', max_total_ranks: 'ranks' } as const;

/** All places are taken by runs or ranks that are alive or have just ended. The option of the same name raises the limit. */
export class RunsLimitError extends Error {
  override readonly name = 'RunsLimitError';
  readonly option: 'max_runs' | 'max_ranks' | 'max_total_ranks';
  readonly limit: number;

  constructor(option: RunsLimitError['option'], limit: number) {
    super(`all ${limit} places for ${places[option]} are taken by ones that are alive or have just ended`);
    this.option = option;
    this.limit = limit;
  }
}
