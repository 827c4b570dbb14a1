export {
  aggregate,
  median,
  lowest,
  highest,
  rate,
  increase,
  lastOverTime,
  constant,
  age,
  scalar,
  arithmetic,
} from './operators.ts';
export { complement, filter, or, union, joined, compared } from './operators.ts';
export { series, up, alertSeries, select, not, matching, notMatching } from './selector.ts';
export type { Matcher, Matchers } from './selector.ts';
export { oneLine } from './vector.ts';
export type { Selector, Vector } from './vector.ts';
