export { Autoencoder } from './autoencoder.ts';
export { NextValueNetwork } from './next-value-network.ts';
export { StreamingPca } from './streaming-pca.ts';
export { Standardizer } from './standardizer.ts';
export type { VectorModel } from './vector-model.ts';
export { modelNames, VectorJudge } from './vector-judge.ts';
export type { Judgement, ModelName } from './vector-judge.ts';
