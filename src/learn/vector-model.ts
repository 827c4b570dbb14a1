/**
 * A model of how signals of one thing go together, learnt one vector at a time. Vectors are standardised: each signal about 0, its usual
 * spread about 1. The state of a model is numbers and Float64Arrays of fixed length in properties, so that it outlives the exporter.
 */
export interface VectorModel {
  /**
   * How far the model is off for this vector, signal by signal.
   *
   * @param into squared error of each signal, as long as the vector
   * @returns false while the model has seen too little to say anything; `into` then means nothing
   */
  errors(vector: Float64Array, into: Float64Array): boolean;
  /** Takes a vector that is in order into what is usual. */
  learn(vector: Float64Array): void;
  /** Tells a model that looks back at former vectors of one that is not to be learnt. */
  pass(vector: Float64Array): void;
}
