/**
 * Rules of other programs at their defaults, each as a function that makes a fresh rule for one run: it takes one value a step (the
 * loss or the gradient norm) and tells whether it alarms. Written from their documentation and sources.
 */
export type Rule = (value: number) => boolean;

export interface Incumbent {
  readonly name: string;
  readonly start: () => Rule;
}

/** z against mean and standard deviation of the last `size` values; `inclusive` puts the new value among them first. */
function zScore(size: number, limit: number, inclusive: boolean, both = false): () => Rule {
  return () => {
    const last: number[] = [];
    const take = (value: number) => {
      last.push(value);
      if (last.length > size) last.shift();
    };
    return (value) => {
      if (inclusive) take(value);
      const full = last.length >= size;
      const { mean, sigma } = moments(last);
      if (!inclusive) take(value);
      if (!full || !(sigma > 0)) return false;
      const z = (value - mean) / sigma;
      return (both ? Math.abs(z) : z) > limit;
    };
  };
}

/** W&B Automations, MetricZScoreFilter: window 30, threshold 3, any direction (docs.wandb.ai). */
export const wandb: Incumbent = { name: 'W&B z-score 30/3', start: zScore(30, 3, false, true) };
/** llm.c, OutlierDetector: window 128 with the new value in it; flags -sl and -sg (karpathy/llm.c). */
export const llmc3: Incumbent = { name: 'llm.c z > 3', start: zScore(128, 3, true) };
export const llmc6: Incumbent = { name: 'llm.c z > 6', start: zScore(128, 6, true) };
/** OLMo-core, StabilityMonitor: 6 sigma above the mean of the last 128 (allenai/OLMo-core). */
export const olmo: Incumbent = { name: 'OLMo-core 6 sigma/128', start: zScore(128, 6, false) };

/** Lightning, SpikeDetection: |x - mean(10)| >= 2 mean and worse than the last; not finite counts (Lightning-AI/pytorch-lightning). */
export const lightning: Incumbent = {
  name: 'Lightning SpikeDetection',
  start: () => {
    const last: number[] = [];
    return (value) => {
      const { mean } = moments(last);
      const before = last.at(-1);
      const spike =
        !Number.isFinite(value) ||
        (before !== undefined && last.length >= 10 && value > before && Math.abs(value - mean) >= 2 * mean);
      if (!spike) last.push(value);
      if (last.length > 10) last.shift();
      return spike;
    };
  },
};

/** llm-foundry, KillLossSpike: more than 4 values in a row of at least twice the mean of the last 100 (mosaicml/llm-foundry). */
export const llmFoundry: Incumbent = {
  name: 'llm-foundry KillLossSpike',
  start: () => {
    const last: number[] = [];
    let high = 0;
    return (value) => {
      const { mean } = moments(last);
      high = last.length >= 100 && value >= 2 * mean ? high + 1 : 0;
      last.push(value);
      if (last.length > 100) last.shift();
      return high > 4;
    };
  },
};

/** Megatron-LM, rerun state machine: not finite, or at least 10 times the largest of the first 100 (NVIDIA/Megatron-LM). */
export const megatron: Incumbent = {
  name: 'Megatron-LM 10x',
  start: () => {
    let count = 0;
    let largest = 0;
    return (value) => {
      if (!Number.isFinite(value)) return true;
      count += 1;
      if (count > 100) return value >= 10 * largest;
      largest = Math.max(largest, value);
      return false;
    };
  },
};

/** SageMaker Debugger, ExplodingTensor: any value that is not finite (Amazon SageMaker developer guide). */
export const explodingTensor: Incumbent = {
  name: 'SageMaker ExplodingTensor',
  start: () => (value) => !Number.isFinite(value),
};

/** SageMaker Debugger, LossNotDecreasing: every 10 steps, fell by less than 0.1 % since 10 steps ago (developer guide). */
export const lossNotDecreasing: Incumbent = {
  name: 'SageMaker LossNotDecreasing',
  start: () => {
    let count = 0;
    let before: number | null = null;
    return (value) => {
      count += 1;
      if ((count - 1) % 10 !== 0) return false;
      const fires = before !== null && value > before * (1 - 0.001);
      before = value;
      return fires;
    };
  },
};

/** ZClip's limit taken as an alarm: z > 2.5 of EMA moments, alpha 0.97, 25 values of warm-up; outliers do not enter, and what is not finite alarms (arXiv 2504.02507). */
export const zclip: Incumbent = {
  name: 'ZClip 2.5',
  start: () => {
    const first: number[] = [];
    let mean = 0;
    let variance = 0;
    return (value) => {
      if (!Number.isFinite(value)) return true;
      if (first.length < 25) {
        first.push(value);
        if (first.length === 25) {
          const moment = moments(first);
          mean = moment.mean;
          variance = moment.sigma ** 2;
        }
        return false;
      }
      if ((value - mean) / Math.sqrt(variance + 1e-12) > 2.5) return true;
      mean = 0.97 * mean + 0.03 * value;
      variance = 0.97 * variance + 0.03 * (value - mean) ** 2;
      return false;
    };
  },
};

/** The basic ratio rule |n_t - n_(t-1)| / n_(t-1) > C on norms; what is not finite alarms. */
export function ratio(limit: number): Incumbent {
  return {
    name: `ratio C = ${limit}`,
    start: () => {
      let before: number | null = null;
      return (value) => {
        const alarm = !Number.isFinite(value) || (before !== null && Math.abs(value - before) > limit * before);
        before = value;
        return alarm;
      };
    },
  };
}

export const lossRules = [wandb, llmc3, llmc6, olmo, lightning, llmFoundry, megatron, lossNotDecreasing];
export const gradientRules = [explodingTensor, megatron, olmo, wandb, zclip, ratio(1), ratio(10), ratio(100)];

function moments(values: readonly number[]): { readonly mean: number; readonly sigma: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, sigma: Math.sqrt(squares / values.length) };
}
