import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The flags of a benchmark; what it does not know ends it with one sentence. */
export function flagsOf<const Options extends NonNullable<ParseArgsConfig['options']>>(options: Options) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const known = Object.keys(options).map((name) => `--${name}`);
    console.error(`${error.message}; known are ${known.join(', ')}`);
    return process.exit(2);
  }
}
