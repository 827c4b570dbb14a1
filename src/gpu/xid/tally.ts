import * as v from 'valibot';

/** The drivers of today know fewer than 200 codes, and a node has at most 16 GPUs. */
export const mostTallies = 4096;

export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
export const code = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Unix time in seconds. */
export const time = v.pipe(v.number(), v.finite());
