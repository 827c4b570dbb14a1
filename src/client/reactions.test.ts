import { expect, test, vi } from 'vitest';
import type { Finding } from './finding.ts';
import { Reactions } from './reactions.ts';

const found = (values: Partial<Finding> = {}): Finding => ({
  id: 'f1',
  change: 'opened',
  kind: 'gradient_explosion',
  severity: 'critical',
  cause: 'The gradient grew.',
  advice: 'Look at step 7.',
  ...values,
});

test('what a rule names is logged at once and done between two steps, in its order', () => {
  const said: string[] = [];
  const say = (text: string) => said.push(text);
  const done: string[] = [];
  const reactions = new Reactions(
    { gradient_explosion: ['log', 'checkpoint', 'stop'] },
    { checkpoint: () => done.push('saved'), stop: () => done.push('stopped') },
  );
  reactions.hear(found(), say);
  expect(said).toEqual(['gradient_explosion (critical): The gradient grew. Look at step 7.']);
  expect(done).toEqual([]);
  reactions.act(say);
  expect(done).toEqual(['saved', 'stopped']);
  expect(said.slice(1)).toEqual([
    'checkpoint because of gradient_explosion f1',
    'stop because of gradient_explosion f1',
  ]);
  reactions.act(say);
  expect(done).toHaveLength(2);
});

test.each([
  ['its kind', { gradient_explosion: 'skip', critical: 'stop', '*': 'log' }, ['skip']],
  ['else its severity', { loss_spike: 'skip', critical: 'stop', '*': 'log' }, ['stop']],
  ['else any', { loss_spike: 'skip', '*': 'lowerLearningRate' }, ['lowerLearningRate']],
  ['or nothing', { warning: 'skip' }, []],
] as const)('a finding is looked up by %s', (_, rules, expected) => {
  const done: string[] = [];
  const note = (name: string) => () => done.push(name);
  const functions = { skip: note('skip'), stop: note('stop'), lowerLearningRate: note('lowerLearningRate') };
  const reactions = new Reactions(rules, functions);
  reactions.hear(found(), vi.fn());
  reactions.act(vi.fn());
  expect(done).toEqual(expected);
});

test('only what opens or worsens is reacted to', () => {
  const stop = vi.fn();
  const reactions = new Reactions({ '*': 'stop' }, { stop });
  for (const change of ['amended', 'resolved', 'unspecified', 'worsened'] as const) {
    reactions.hear(found({ change }), vi.fn());
  }
  reactions.act(vi.fn());
  expect(stop).toHaveBeenCalledTimes(1);
});

test('a promise is waited for by the next reaction and not by training; one that fails hurts neither', async () => {
  let saved: (value?: unknown) => void = () => undefined;
  const said: string[] = [];
  const say = (text: string) => said.push(text);
  const stop = vi.fn();
  const reactions = new Reactions(
    { '*': ['checkpoint', 'skip', 'stop'] },
    {
      checkpoint: () => new Promise((resolve) => (saved = resolve)),
      skip: () => Promise.reject(new Error('no data left')),
      stop,
    },
  );
  reactions.hear(found(), vi.fn());
  reactions.act(say);
  await new Promise(setImmediate);
  reactions.act(say);
  expect(said).toEqual(['checkpoint because of gradient_explosion f1']);
  saved();
  for (const step of ['skip', 'stop']) {
    await new Promise(setImmediate);
    expect(said.filter((text) => text.startsWith(`${step} because`))).toEqual([]);
    reactions.act(say);
  }
  expect(stop).toHaveBeenCalledTimes(1);
  expect(said).toContain('skip failed, training goes on: Error: no data left');
});

test('of many that wait the newest are kept', () => {
  const seen: number[] = [];
  const reactions = new Reactions({ '*': 'skip' }, { skip: () => seen.push(1) });
  for (let at = 0; at < 1_000; at += 1) reactions.hear(found({ id: String(at) }), vi.fn());
  const said: string[] = [];
  reactions.act((text) => said.push(text));
  expect(seen).toHaveLength(64);
  expect(said.at(-1)).toBe('skip because of gradient_explosion 999');
});

test('a mistake in the rules is said where it is made', () => {
  expect(() => new Reactions({ critical: 'pause' as 'skip' })).toThrow(
    'pause is no reaction to a finding; there are log, checkpoint, skip, lowerLearningRate, stop',
  );
  expect(() => new Reactions({ critical: ['log', 'stop'] })).toThrow('the reaction stop needs a function');
  expect(() => new Reactions({}, { pause: () => undefined } as object)).toThrow('pause is no reaction');
});
