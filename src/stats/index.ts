export { SlidingWindow, madToSigma } from './sliding-window.ts';
export { winsorised } from './winsorised.ts';
export type { Moments } from './winsorised.ts';
export { erfc, gaussianTail } from './gaussian-tail.ts';
