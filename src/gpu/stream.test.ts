import { describe, expect, test } from 'vitest';
import type { Outcome } from './outcome.ts';
import { Mailbox } from './outcome.ts';
import { Pause } from './pause.ts';
import { ProcessGate } from '../programs/index.ts';
import { SampleStream } from './stream.ts';
import { printing } from '../../test/support/printing.ts';

const help = '"index"\n"uuid"\n"power.draw"\n';
const cards = 'index, uuid, power.draw [W]\n0, GPU-0, 500.00 W\n0, GPU-0, 500.00 W\n';
const noDevices = { out: 'No devices were found\n', code: 6 };

/** Takes no time, and remembers how long it would have taken; at the end of what is played it is over. */
class Watched extends Pause {
  readonly taken: number[] = [];
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;
  readonly #calls: number;

  constructor(calls: number) {
    super();
    this.#calls = calls;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  override async take(seconds: number, signal: AbortSignal): Promise<void> {
    this.taken.push(seconds);
    if (this.taken.length < this.#calls) return;
    this.#end();
    await super.take(3600, signal);
  }
}

/** Seconds between the attempts of a loop whose queries print these answers, and what it published and logged. */
async function run(answers: readonly { out: string; code?: number }[], expectsGpus = false) {
  const pause = new Watched(answers.length);
  const said: string[] = [];
  const published: Outcome[] = [];
  const mailbox = new Mailbox();
  mailbox.publish = (outcome) => {
    published.push(outcome);
    Mailbox.prototype.publish.call(mailbox, outcome);
  };
  let at = 0;
  const spawn = (_: string, [what = '']: readonly string[]) =>
    printing(what === '--help-query-gpu' ? { out: help } : (answers[at++] ?? noDevices));
  const log = (level: string) => (_: object, message: string) => said.push(`${level}: ${message}`);
  const stream = new SampleStream(
    new ProcessGate(spawn, 'nvidia-smi', 1, () => ({ signal: () => undefined, lives: false, waits: false })),
    mailbox,
    {
      ...{ intervalSeconds: 1, staleAfterSeconds: 60, expectsGpus, details: true },
      ...{ program: 'nvidia-smi', procRoot: '/nowhere', pause },
      pace: { first: 1, longest: 60, slow: 60, lost: 10 },
    },
    { info: log('info'), warn: log('warn'), error: log('error'), debug: log('debug') },
    () => undefined,
  );
  stream.start();
  await pause.ended;
  await stream.stop();
  return { pauses: pause.taken, said: said.filter((line) => !line.includes('fields')), published };
}

describe('between two looks at a node that lists no GPU', () => {
  test('there is a long pause where there never were any', async () => {
    const { pauses, said, published } = await run([noDevices, noDevices, noDevices]);
    expect(pauses).toEqual([60, 60, 60]);
    expect(said).toEqual(['info: no GPU on this node']);
    expect(published.at(-1)).toEqual({ kind: 'none', why: 'no_devices' });
  });

  test('there are 1, 2, 4, 8 and then 10 seconds where there were some', async () => {
    const gone = Array.from({ length: 7 }, () => noDevices);
    const { pauses, said } = await run([{ out: cards, code: 0 }, ...gone]);
    // The first is the pause after the end of the loop that had read cards.
    expect(pauses).toEqual([1, 2, 4, 8, 10, 10, 10, 10]);
    expect(said).toEqual([]);
  });

  test('they begin anew after GPUs were read again', async () => {
    const read = { out: cards, code: 0 };
    const { pauses } = await run([read, noDevices, noDevices, read, noDevices]);
    expect(pauses).toEqual([1, 2, 4, 1, 2]);
  });

  test('they are as short, and one warning is logged, where the configuration says that there are some', async () => {
    const { pauses, said } = await run([noDevices, noDevices, noDevices], true);
    expect(pauses).toEqual([1, 2, 4]);
    expect(said).toEqual(['warn: no GPU on this node']);
  });
});

test('a pause ends at once when somebody knows better', async () => {
  const pause = new Pause();
  pause.end();
  const waited = pause.take(3600, new AbortController().signal);
  pause.end();
  await expect(waited).resolves.toBeUndefined();
});
