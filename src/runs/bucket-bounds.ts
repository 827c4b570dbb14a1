/** Upper bounds of the buckets of a step's duration, seconds: from a small model on one device to a large one on many. */
export const stepBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120, 300] as const;

/** Upper bounds of the buckets of the latency of serving, seconds. */
export const latencyBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;
