/** All places are taken by runs or ranks that are alive. The option of the same name raises the limit. */
export class RunsLimitError extends Error {
  override readonly name = 'RunsLimitError';
  readonly option: 'max_runs' | 'max_ranks';
  readonly limit: number;

  constructor(option: 'max_runs' | 'max_ranks', limit: number) {
    super(`all ${limit} places for ${option === 'max_runs' ? 'runs' : 'ranks of this run'} are taken by live ones`);
    this.option = option;
    this.limit = limit;
  }
}
