export { changedKeys } from './changes.ts';
export { nearestOf } from './nearest.ts';
export { choice, duration, flag, integer, list, number, options, parseDuration, text } from './option.ts';
export type { Option, OptionFacts, OptionValue } from './option.ts';
export { explain } from './mistake.ts';
export type { Mistake } from './mistake.ts';
export { leaves, readConfig } from './read.ts';
export type { Leaf, Read, Sources } from './read.ts';
export { readRegularFile, readYamlFile, UnreadableFile } from './regular-file.ts';
