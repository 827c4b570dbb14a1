export type { Meaning } from './meaning.ts';
export { StepAssembler } from './step-assembler.ts';
export type { AssembledStep, Writer } from './step-assembler.ts';
export { byRank, Vocabulary } from './vocabulary.ts';
export type { Column, Read } from './vocabulary.ts';
