import { bottleneck } from './bottleneck.ts';
import { divergence } from './divergence.ts';
import { gradientExplosion } from './gradient-explosion.ts';
import { gradientRatio } from './gradient-ratio.ts';
import { gradientTail } from './gradient-tail.ts';
import { lossNotDecreasing } from './loss-not-decreasing.ts';
import { lossOscillation } from './loss-oscillation.ts';
import { lossSpike } from './loss-spike.ts';
import { memoryFragmentation } from './memory-fragmentation.ts';
import { nonFinite } from './non-finite.ts';
import { overfitting } from './overfitting.ts';
import { overtraining } from './overtraining.ts';
import { slowDown } from './slow-down.ts';
import { stepOutlier } from './step-outlier.ts';
import { throughputRegression } from './throughput-regression.ts';
import { vanishingGradient } from './vanishing-gradient.ts';

/** Detectors over steps, in the order in which they judge an observation: a cause before its consequences. */
export const stepDetectors = [
  gradientExplosion,
  nonFinite,
  divergence,
  gradientRatio,
  gradientTail,
  lossSpike,
  lossOscillation,
  lossNotDecreasing,
  overfitting,
  overtraining,
  vanishingGradient,
  slowDown,
  throughputRegression,
  stepOutlier,
  bottleneck,
  memoryFragmentation,
] as const;
