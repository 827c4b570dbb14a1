import { expect, test } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { StepHandover } from './step-handover.ts';
import type { WireStep } from './wire-step.ts';

function handover() {
  const clock = new ManualClock();
  const posts: { steps: number[]; urgent: boolean }[] = [];
  const subject = new StepHandover(clock, (steps, urgent) =>
    posts.push({ steps: steps.map(({ step }) => step), urgent }),
  );
  const add = (step: number, fields: Partial<WireStep> = {}): void => {
    subject.add({ step, unix_nanos: 0, ...fields });
  };
  return { clock, posts, subject, add };
}

test('the parts of a step that comes after a pause go at once', () => {
  const { posts, add } = handover();
  add(1, { loss: 1 });
  add(1, { gradient_norm: 1 });
  expect(posts).toEqual([
    { steps: [1], urgent: false },
    { steps: [1], urgent: false },
  ]);
});

test('fast steps wake the thread about four times a second, and none is left behind', () => {
  const { clock, posts, add } = handover();
  for (let step = 0; step < 1_000; step += 1) {
    add(step);
    clock.pass(10);
  }
  clock.pass(250);
  expect(posts.flatMap(({ steps }) => steps)).toEqual(Array.from({ length: 1_000 }, (_, step) => step));
  expect(posts.length).toBeLessThanOrEqual(10 * 4 + 4);
});

test('what is urgent goes at once, with what waits before it', () => {
  const { posts, add } = handover();
  for (let step = 0; step < 6; step += 1) add(step, { loss: 1 });
  add(6, { loss: NaN });
  expect(posts.at(-1)).toEqual({ steps: [4, 5, 6], urgent: true });
});

test('where no timer ever fires, the next step after a while takes along what waits', () => {
  const { clock, posts, add } = handover();
  // Time passes without the event loop: only the clock's reading moves.
  let now = 0;
  clock.now = () => now;
  for (let step = 0; step < 100; step += 1) {
    now += 100;
    add(step);
  }
  expect(posts.flatMap(({ steps }) => steps).length).toBeGreaterThan(95);
});

test('flush hands over what waits, and nothing when nothing does', () => {
  const { posts, subject, add } = handover();
  for (let step = 0; step < 6; step += 1) add(step);
  subject.flush();
  expect(posts.at(-1)).toEqual({ steps: [4, 5], urgent: false });
  subject.flush();
  expect(posts).toHaveLength(5);
});
