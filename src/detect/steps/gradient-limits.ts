import { madToSigma, type SlidingWindow } from '../../stats/index.ts';

/** The fewest norms that have a middle worth comparing with. */
const fewest = 3;
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

/** @param isHarmed whether the loss has doubled: then even one norm, which has no middle yet, is enough to tell another far from it */
export function limitsOf(usual: SlidingWindow, isHarmed: boolean, options: LimitOptions): Limits | null {
  const wide = Math.log(options.wide_factor);
  if (usual.size < fewest) return isHarmed && usual.size > 0 ? { warning: wide, critical: wide } : null;
  const spread = madToSigma * usual.mad();
  if (usual.size < Math.min(options.warmup, usual.capacity)) {
    const cold = Math.min(Math.max(Math.log(options.cold_factor), coldZ * spread), wide);
    return { warning: cold, critical: cold };
  }
  const scale = Math.max(spread, options.scale_floor);
  return { warning: Math.min(options.warning * scale, wide), critical: Math.min(options.critical * scale, wide) };
}
