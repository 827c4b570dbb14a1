/** What a kind of GPU is, as far as nvidia-smi tells: one data file per model. */
export interface Model {
  /** As nvidia-smi prints it. */
  readonly name: string;
  readonly memoryMebibytes: number;
  readonly reservedMebibytes: number;
  readonly idleWatts: number;
  readonly limitWatts: number;
  readonly idleCelsius: number;
  readonly loadedCelsius: number;
  readonly graphicsMegahertz: number;
  readonly memoryMegahertz: number;
  /** Fields that always read the same, by the name in the header. What is neither here nor computed reads `[N/A]`. */
  readonly constants: ReadonlyMap<string, string>;
}
