import { madToSigma, type SlidingWindow } from '../../stats/index.ts';

/** Robust z that few norms must be beyond, beside the cold factor: they tell their spread only roughly. */
const coldZ = 3;

/** From where on the logarithm of a gradient norm is out of range, and far out of range. */
interface Limits {
  /** Distances from the median, in natural logarithms. */
  readonly warning: number;
  readonly critical: number;
}

interface LimitOptions {
  readonly warning: number;
  readonly critical: number;
  readonly scale_floor: number;
  readonly warmup: number;
  readonly cold_factor: number;
  readonly wide_factor: number;
}

export function limitsOf(usual: SlidingWindow, options: LimitOptions): Limits {
  const wide = Math.log(options.wide_factor);
  const spread = madToSigma * usual.mad();
  if (usual.size < Math.min(options.warmup, usual.capacity)) {
    const cold = Math.min(Math.max(Math.log(options.cold_factor), coldZ * spread), wide);
    return { warning: cold, critical: cold };
  }
  const scale = Math.max(spread, options.scale_floor);
  return { warning: Math.min(options.warning * scale, wide), critical: Math.min(options.critical * scale, wide) };
}
