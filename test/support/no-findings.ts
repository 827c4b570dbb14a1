import type { Served } from '../../src/http/index.ts';

/** What the HTTP server shows where nothing was found and nobody says anything of it. */
export const noFindings: Served['findings'] = {
  open: [],
  resolved: [],
  silences: [],
  subscribe: () => () => undefined,
  silence: () => {
    throw new Error('nothing can be silenced here');
  },
  endSilence: () => false,
  acknowledge: () => undefined,
};
