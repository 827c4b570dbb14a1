import { describe, expect, it, vi } from 'vitest';
import { explosion } from '../../test/support/finding-change.ts';
import { exporter, soon, Worker } from '../../test/support/ingest.ts';
import type { ExporterMessage__Output } from '../protocol/index.ts';

describe('Ingest to workers', () => {
  it('tells a finding to every worker of its run and to no other', async () => {
    const { address, ingest } = await exporter();
    const workers = [
      new Worker(address).hello(),
      new Worker(address).hello({ rank: 1 }),
      new Worker(address).hello({ run: 'other' }),
    ];
    await vi.waitFor(() => {
      for (const worker of workers) expect(worker.heard('welcome')).toHaveLength(1);
    }, soon);
    ingest.finding(explosion);
    ingest.finding({
      ...explosion,
      finding: { ...explosion.finding, subject: { run: null, rank: null, uuid: 'GPU-1' } },
    });
    await vi.waitFor(() => {
      expect(workers.map((worker) => worker.heard('finding').length)).toEqual([1, 1, 0]);
    }, soon);
    expect(workers[0]!.heard('finding')[0]).toEqual({
      id: 'f1',
      change: 'CHANGE_OPENED',
      kind: 'gradient_explosion',
      severity: 'SEVERITY_CRITICAL',
      first_step: 98,
      detected_step: 100,
      score: 12.5,
      threshold: 10,
      cause: 'the gradient norm rose',
      advice: 'lower the learning rate',
    });
  });

  it('asks workers and gathers what they answer', async () => {
    const { address, ingest } = await exporter({ request_timeout: 1 });
    const supports = ['REQUEST_KIND_SCALE_LEARNING_RATE'] as const;
    const workers = [
      new Worker(address).hello({ supports: [...supports] }),
      new Worker(address).hello({ rank: 1 }),
      new Worker(address).hello({ rank: 2, supports: [...supports] }),
      new Worker(address).hello({ rank: 3, supports: [...supports] }),
    ];
    await vi.waitFor(() => {
      for (const worker of workers) expect(worker.heard('welcome')).toHaveLength(1);
    }, soon);
    workers[0]!.call.on('data', ({ request }: ExporterMessage__Output) => {
      if (request === undefined) return;
      workers[0]!.call.write({ answer: { request: request.id!, result: 'RESULT_DONE', message: 'lr is 0.01' } });
    });
    workers[3]!.call.on('data', ({ request }: ExporterMessage__Output) => {
      if (request !== undefined) workers[3]!.call.cancel();
    });
    expect(await ingest.request('digits', null, { kind: 'scale_learning_rate', factor: 0.1 })).toEqual([
      { rank: 0, result: 'done', message: 'lr is 0.01' },
      { rank: 1, result: 'unsupported', message: 'the training script has not switched this kind on' },
      { rank: 2, result: 'no_answer', message: 'no answer came within 1 s' },
      { rank: 3, result: 'no_answer', message: 'the worker went away' },
    ]);
    expect(workers[0]!.heard('request')[0]).toMatchObject({ kind: 'REQUEST_KIND_SCALE_LEARNING_RATE', factor: 0.1 });
    expect(workers[1]!.heard('request')).toEqual([]);
    expect(await ingest.request('digits', 7, { kind: 'stop' })).toMatchObject([{ rank: 7, result: 'not_connected' }]);
    expect(await ingest.request('unheard of', null, { kind: 'stop' })).toEqual([]);
    await expect(ingest.request('digits', null, { kind: 'scale_learning_rate', factor: 0 })).rejects.toThrow(
      RangeError,
    );
    await expect(ingest.request('digits', null, { kind: 'log_layers', steps: 0.5 })).rejects.toThrow(RangeError);
  });

  it('takes an answer without a result that it knows for what it is, and tells the worker', async () => {
    const { address, ingest, series } = await exporter();
    const results = ['RESULT_UNSPECIFIED', undefined, 9 as never] as const;
    const workers = results.map((result, rank) => {
      const worker = new Worker(address).hello({ rank, supports: ['REQUEST_KIND_CHECKPOINT'] });
      worker.call.on('data', ({ request }: ExporterMessage__Output) => {
        if (request === undefined) return;
        worker.call.write({
          answer: { request: request.id!, ...(result !== undefined && { result }), message: `in ${rank} s` },
        });
      });
      return worker;
    });
    await vi.waitFor(() => {
      for (const worker of workers) expect(worker.heard('welcome')).toHaveLength(1);
    }, soon);
    expect(await ingest.request('digits', null, { kind: 'checkpoint' })).toEqual([
      { rank: 0, result: 'unknown', message: 'in 0 s' },
      { rank: 1, result: 'unknown', message: 'in 1 s' },
      { rank: 2, result: 'unknown', message: 'in 2 s' },
    ]);
    await vi.waitFor(() => {
      for (const worker of workers)
        expect(worker.heard('refusal')).toEqual([
          { reason: 'enum_unknown', message: expect.stringContaining('Answer.result is absent') as string },
        ]);
    }, soon);
    expect(series('gradwatch_exporter_refused_total{reason="enum_unknown"}')).toBe('3');
  });

  it('tells the limits again when they change, and counts clients by their version', async () => {
    const { address, ingest, runs, series } = await exporter();
    const worker = new Worker(address).hello({ protocol_minor: 1 });
    new Worker(address).hello({ rank: 1, protocol_minor: 7 });
    new Worker(address).hello({ rank: 2 });
    await vi.waitFor(() => {
      expect(series('gradwatch_exporter_workers')).toBe('3');
    }, soon);
    for (const protocol of ['older', 'same', 'newer']) {
      expect(series(`gradwatch_exporter_hellos_total{protocol="${protocol}"}`)).toBe('1');
    }
    runs.reconfigure({ ...runs.limits, max_extras: 3 });
    ingest.tellLimits();
    await vi.waitFor(() => {
      expect(worker.heard('limits')).toEqual([expect.objectContaining({ extras: 3, layers: 256 })]);
    }, soon);
  });
});
