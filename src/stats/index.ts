export { SlidingWindow, madToSigma } from './sliding-window.ts';
export { Extent } from './extent.ts';
export { HampelFilter } from './hampel.ts';
export { winsorised } from './winsorised.ts';
export type { Moments } from './winsorised.ts';
export { fisherExact } from './fisher-exact.ts';
export { squaredStudentLimit } from './student-limit.ts';
export { erfc, gaussianTail } from './gaussian-tail.ts';
export { bend, mannKendall, theilSen } from './trend.ts';
export { tailLimit, upperTail } from './tail-limit.ts';
export { median } from './median.ts';
export { lastingNoise } from './lasting-noise.ts';
export { LowerEnvelope } from './lower-envelope.ts';
export { NearestPattern } from './nearest-pattern.ts';
export { PeaksOverThreshold } from './peaks-over-threshold.ts';
export {
  expectedStabilityIndex,
  kolmogorovSmirnov,
  kolmogorovSmirnovLimit,
  populationStabilityIndex,
  sumOf,
} from './distribution-distance.ts';
export { LevelShift } from './level-shift.ts';
export type { Shift } from './level-shift.ts';
