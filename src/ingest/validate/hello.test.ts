import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hello } from '../../protocol/index.ts';
import type { Refusal } from '../refusals.ts';
import { validateHello, type HelloResult } from './hello.ts';

const valid: Hello = { run: 'digits', rank: 1, world_size: 2, session: 'session-0123456789' };

const left: Refusal[] = [];

function validate(hello: Hello): HelloResult {
  left.length = 0;
  return validateHello(hello, 2, (refusal) => left.push(refusal));
}

function refusalOf(result: HelloResult) {
  return 'refusal' in result ? result.refusal : undefined;
}

describe('validateHello', () => {
  it('takes the least that a hello must say', () => {
    expect(validate(valid)).toEqual({
      hello: {
        run: 'digits',
        rank: 1,
        worldSize: 2,
        localRank: null,
        attempt: 0,
        // Its SHA-256.
        session: 'fae17dca16d8305afb984058ac0e233fed63a71f2e38e73dc46a9f593f80b934',
        node: null,
        gpuUuid: null,
        framework: null,
        model: null,
        process: null,
        job: null,
        role: 'training',
        parallel: {},
        labels: {},
        supports: new Set(),
      },
    });
  });

  it('takes a pod with its namespace, and neither alone', () => {
    expect(validate({ ...valid, pod: 'train-0', pod_namespace: 'research' })).toMatchObject({
      hello: { pod: { name: 'train-0', namespace: 'research' } },
    });
    for (const half of [{ pod: 'train-0' }, { pod_namespace: 'research' }]) {
      expect(validate({ ...valid, ...half })).not.toHaveProperty('hello.pod');
    }
  });

  it.each<[string, Partial<Hello>, string]>([
    ['an empty run', { run: '' }, 'Hello.run is "", expected 1 to 128 characters'],
    ['a run that is too long', { run: 'x'.repeat(129) }, 'Hello.run is "xxx'],
    ['a run with a line feed', { run: 'a\nb' }, 'none of them a control character'],
    ['a run of bytes that were no UTF-8', { run: 'a\uFFFD' }, 'Hello.run'],
    ['a run with half a surrogate pair', { run: 'a\uD83D' }, 'Hello.run'],
    ['no ranks', { world_size: 0 }, 'Hello.world_size is 0, expected a whole number from 1 to 1000000'],
    ['too many ranks', { world_size: 1_000_001 }, 'Hello.world_size is 1000001'],
    [
      'a rank that is not in the world',
      { rank: 2 },
      'Hello.rank is 2, expected a whole number below world_size, which is 2',
    ],
    ['a local rank that is not in the world', { local_rank: 2 }, 'Hello.local_rank is 2'],
    ['a short session', { session: 'secret' }, 'Hello.session is a text of 6 characters, expected 16 to 64'],
    ['a long session', { session: 's'.repeat(65) }, 'Hello.session'],
    ['a GPU that is no name', { gpu_uuid: 'GPU\u0000' }, 'Hello.gpu_uuid'],
  ])('refuses %s', (_, mistake, message) => {
    const result = validate({ ...valid, ...mistake });
    expect(refusalOf(result)).toMatchObject({ code: 'hello_invalid' });
    expect(refusalOf(result)?.message).toContain(message);
  });

  it.each(['run', 'rank', 'world_size', 'session'] as const)('refuses a hello without %s', (field) => {
    const rest = Object.fromEntries(Object.entries(valid).filter(([name]) => name !== field));
    expect(refusalOf(validate(rest))?.message).toMatch(new RegExp(`^Hello\\.${field} is absent`));
  });

  it('does not repeat a session in a message', () => {
    const session = 'secret\n-0123456789-0123456789';
    expect(JSON.stringify(validate({ ...valid, session }))).not.toContain('secret');
  });

  it('counts characters as Unicode does, so that an emoji is one', () => {
    const result = validate({ ...valid, run: '😀'.repeat(128), session: '😀'.repeat(64) });
    expect(result).toMatchObject({ hello: { run: '😀'.repeat(128) } });
    expect(refusalOf(validate({ ...valid, run: '😀'.repeat(129) }))?.message).toContain('expected 1 to 128 characters');
    expect(refusalOf(validate({ ...valid, session: '😀'.repeat(15) }))?.message).toContain('a text of 15 characters');
  });

  it('mends texts that only describe', () => {
    const result = validate({
      ...valid,
      node: ' a\tb ',
      model: 'm'.repeat(127) + '😀😀',
      framework: '\n',
      gpu_uuid: '',
    });
    expect(result).toMatchObject({
      hello: { node: 'a b', model: 'm'.repeat(127) + '😀', framework: null, gpuUuid: null },
    });
  });

  it('takes a process that can be found, and leaves out one that cannot', () => {
    const process: Partial<Hello> = { pid: 7, boot_id: '0f8fad5b-d9cb-469f-a165-70867728950e', start_ticks: 1234 };
    expect(validate({ ...valid, ...process })).toMatchObject({
      hello: { process: { pid: 7, bootId: '0f8fad5b-d9cb-469f-a165-70867728950e', startTicks: 1234 } },
    });
    for (const mistake of [{ pid: 0 }, { boot_id: 'boot' }, { start_ticks: 2 ** 60 }])
      expect(validate({ ...valid, ...process, ...mistake })).toMatchObject({ hello: { process: null } });
  });

  it('takes job, role, coordinates and labels', () => {
    const result = validate({
      ...valid,
      job: '4711',
      role: 'ROLE_INFERENCE',
      parallel: { data: { index: 1, size: 2 }, pipeline: { index: 0, size: 4 } },
      labels: { team: 'vision', _seed: '7\n' },
    });
    expect(result).toMatchObject({
      hello: {
        job: '4711',
        role: 'inference',
        parallel: { data: { index: 1, size: 2 }, pipeline: { index: 0, size: 4 } },
        labels: { team: 'vision', _seed: '7' },
      },
    });
    expect(left).toEqual([]);
  });

  it('leaves out coordinates and labels that cannot be, and says so', () => {
    const result = validate({
      ...valid,
      parallel: { data: { index: 2, size: 2 }, tensor: { size: 2 }, expert: { index: 0, size: 1 } },
      labels: { 'a-b': '', __name__: 'x', b: '1', c: '2', d: '3' },
    });
    expect(result).toMatchObject({
      hello: { parallel: { expert: { index: 0, size: 1 } }, labels: { b: '1', c: '2' } },
    });
    expect(left.map(({ code }) => code)).toEqual([
      'coordinate_invalid',
      'coordinate_invalid',
      'label_invalid',
      'label_invalid',
      'label_limit',
    ]);
    expect(left[0]?.message).toContain('Hello.parallel.data has the index 2 of 2');
    expect(left[1]?.message).toContain('the index absent of 2');
    expect(left.at(-1)?.message).toBe('5 labels are more than the 2 of runs.max_labels; those beyond were left out');
  });

  it('never throws, and what it accepts keeps the limits', () => {
    const any = fc.option(fc.string({ unit: 'binary', maxLength: 140 }), { nil: undefined });
    const text = fc.oneof(fc.constantFrom('digits', 'session-0123456789'), any);
    const number = fc.oneof(fc.nat(4), fc.option(fc.nat(2 ** 32 - 1), { nil: undefined }));
    const hello = fc.record({
      run: text,
      rank: number,
      world_size: number,
      local_rank: number,
      session: text,
      node: text,
    });
    fc.assert(
      fc.property(hello, (given) => {
        const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
        const result = validate(known);
        if ('refusal' in result) {
          // grpc-js puts the message through encodeURI, which throws on half a surrogate pair.
          expect(encodeURI(result.refusal.message)).toMatch(/^Hello\./);
          expect(result.refusal.message.length).toBeLessThan(250);
          return;
        }
        const { run, rank, worldSize, session } = result.hello;
        expect(run).toMatch(/^[^\p{Cc}]{1,128}$/u);
        expect(session.length).toBeGreaterThanOrEqual(16);
        expect(rank).toBeLessThan(worldSize);
      }),
    );
  });
});
