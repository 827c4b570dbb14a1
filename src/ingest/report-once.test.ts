import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Client, connectivityState, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { exporter, soon, undo, Worker } from '../../test/support/ingest.ts';
import { protocol, type HelloMessage, type SingleReportAnswer, type StepMessage } from '../protocol/index.ts';

function simpleClient(address: string) {
  const client = new protocol.Telemetry(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  undo(() => {
    client.close();
  });
  return (
    sequence: number,
    steps: StepMessage[],
    more: { hello?: HelloMessage; goodbye?: { ending: 'ENDING_FAILED'; reason: string } } = {},
  ): Promise<SingleReportAnswer | Pick<ServiceError, 'code' | 'details'>> =>
    new Promise((resolve) => {
      const { hello, goodbye } = more;
      const base = { run: 'digits', rank: 0, world_size: 4, session: 'session-0123456789' };
      const report = { hello: { ...base, ...hello }, batch: { sequence, steps }, ...(goodbye && { goodbye }) };
      client.ReportOnce(report, (error, answer) => {
        resolve(error === null ? (answer ?? {}) : { code: error.code, details: error.details });
      });
    });
}

describe('ReportOnce', () => {
  it('takes what a stream takes: steps, what is left out, duplicates, and how the worker ended', async () => {
    const { address, series, state } = await exporter();
    const report = simpleClient(address);
    expect(await report(1, [{ step: 1, loss: 0.1 + 0.2, gradient_norm: -1 }])).toEqual({
      welcome: expect.objectContaining({ resume_from: 0, max_message_bytes: 65_536, protocol_minor: 1 }) as unknown,
      acknowledgement: { sequence: 1 },
      refusals: [expect.objectContaining({ sequence: 1, reason: 'value_invalid' })],
    });
    expect(state()).toBe('healthy');
    expect(await report(1, [{ step: 1 }])).toMatchObject({ welcome: { resume_from: 1 } });
    expect(series('gradwatch_train_loss{run="digits",rank="0"}')).toBe(String(0.1 + 0.2));
    expect(series('gradwatch_exporter_duplicates_total')).toBe('1');
    await report(2, [{ step: 2 }], { goodbye: { ending: 'ENDING_FAILED', reason: 'out of memory' } });
    expect(state()).toBe('failed');
    expect(series('gradwatch_train_steps_total{run="digits",rank="0"}')).toBe('2');
    expect(series('gradwatch_exporter_workers')).toBe('0');
  });

  it('counts the fields that only a newer client knows', async () => {
    const { address, series } = await exporter();
    const { path, requestSerialize, responseDeserialize } = protocol.Telemetry.service.ReportOnce;
    const client = new Client(address, credentials.createInsecure());
    undo(() => {
      client.close();
    });
    const report = (session: string, minor: number): Promise<unknown> =>
      new Promise((resolve) => {
        const hello = { run: session, rank: 0, world_size: 1, session, protocol_minor: minor };
        // Field 900 of the report, a varint.
        const serialize = (message: object) => Buffer.concat([requestSerialize(message), Buffer.from([0xa0, 0x38, 7])]);
        client.makeUnaryRequest(path, serialize, responseDeserialize, { hello }, resolve);
      });
    expect(await report('as-new-as-the-exporter', 1)).toBeNull();
    expect(series('gradwatch_exporter_unknown_fields_total')).toBe('0');
    expect(await report('newer-than-the-exporter', 2)).toBeNull();
    expect(series('gradwatch_exporter_unknown_fields_total')).toBe('1');
  });

  it('becomes stale when no report comes, is never lost, and is healthy again by the next one', async () => {
    const { address, runs, state, transitions } = await exporter();
    const report = simpleClient(address);
    await report(1, [{ step: 1 }]);
    const now = Date.now() / 1000;
    runs.tick(now + 250);
    expect(state()).toBe('healthy');
    runs.tick(now + 301);
    expect(state()).toBe('incomplete');
    expect(transitions.at(-1)).toMatchObject({ to: 'incomplete', reason: 'it has not reported since' });
    await report(2, [{ step: 2 }]);
    expect(state()).toBe('healthy');
    expect(await report(0, [])).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(state()).toBe('healthy');
    runs.tick(now + 10_000);
    runs.tick(now + 20_000);
    expect(runs.find('digits', 0)).toBeUndefined();
    expect(transitions.map(({ to }) => to)).not.toContain('lost');
  });

  it('keeps its rank for a while after each call, and to its goodbye', async () => {
    const { address, runs, series } = await exporter({ frozen_after: 1 });
    const report = simpleClient(address);
    await report(1, [{ step: 1, loss: 0.5 }]);
    const other = { hello: { session: 'session-of-another', attempt: 7 } };
    expect(await report(1, [{ step: 1, loss: 9 }], other)).toMatchObject({ code: status.UNAVAILABLE });
    expect(series('gradwatch_train_loss{run="digits",rank="0"}')).toBe('0.5');
    await vi.waitFor(async () => {
      expect(await report(1, [{ step: 2, loss: 9 }], other)).toMatchObject({ acknowledgement: { sequence: 1 } });
    }, soon);
    await report(2, [], { ...other, goodbye: { ending: 'ENDING_FAILED', reason: 'it is over' } });
    expect(await report(1, [{ step: 1 }])).toMatchObject({ acknowledgement: { sequence: 1 } });
    expect(runs.find('digits', 0)?.hello.attempt).toBe(0);
  });

  it('asks once for the batches that one leaves out, which may still come, and counts them where they do not', async () => {
    const { address, series } = await exporter();
    const report = simpleClient(address);
    const gap = (sequence: number, last: number) => ({
      code: status.ABORTED,
      details: expect.stringContaining(
        `is ${sequence}, but the last that came is ${last}; the batch was not taken`,
      ) as unknown,
    });
    // As after a restart without a state directory, and as a call that overtook the one before.
    expect(await report(3, [{ step: 3 }])).toMatchObject(gap(3, 0));
    expect(await report(1, [{ step: 1 }])).toMatchObject({ acknowledgement: { sequence: 1 } });
    expect(await report(3, [{ step: 3 }])).toMatchObject(gap(3, 1));
    expect(await report(2, [{ step: 2 }])).toMatchObject({ acknowledgement: { sequence: 2 } });
    expect(await report(3, [{ step: 3 }])).toMatchObject({ acknowledgement: { sequence: 3 } });
    expect(series('gradwatch_train_steps_total{run="digits",rank="0"}')).toBe('3');
    expect(await report(6, [{ step: 6 }])).toMatchObject(gap(6, 3));
    await setTimeout(1_000);
    expect(await report(6, [{ step: 6 }])).toMatchObject({ acknowledgement: { sequence: 6 } });
    expect(series('gradwatch_exporter_missing_batches_total')).toBe('2');
    expect(series('gradwatch_exporter_refused_total{reason="sequence_gap"}')).toBe('3');
  });

  it('loses nothing where several calls overtake one another', async () => {
    const { address, series } = await exporter();
    const report = simpleClient(address);
    const send = async (sequence: number) => {
      const answer = await report(sequence, [{ step: sequence }]);
      return 'code' in answer ? answer.code : answer.acknowledgement?.sequence;
    };
    expect(await send(1)).toBe(1);
    for (const early of [3, 5, 4, 3]) expect(await send(early)).toBe(status.ABORTED);
    for (const sequence of [2, 3, 4, 5]) expect(await send(sequence)).toBe(sequence);
    expect(series('gradwatch_train_steps_total{run="digits",rank="0"}')).toBe('5');
    expect(series('gradwatch_exporter_missing_batches_total')).toBe('0');
    // What was sent away is dropped after all: the one behind it waits for nothing.
    for (const early of [7, 8]) expect(await send(early)).toBe(status.ABORTED);
    await setTimeout(1_000);
    expect(await send(8)).toBe(8);
    expect(series('gradwatch_exporter_missing_batches_total')).toBe('2');
  });

  it('keeps its connection when a silent one is there to make room', async () => {
    const { address, listening } = await exporter({ max_connections: 2 });
    const client = new protocol.Telemetry(address, credentials.createInsecure());
    const states: number[] = [];
    const hello = { run: 'digits', rank: 0, world_size: 1, session: 'session-0123456789' };
    await new Promise((resolve) => client.ReportOnce({ hello }, resolve));
    const silent = [0, 1].map(() =>
      connect(listening.address!.port, '127.0.0.1')
        .on('error', () => undefined)
        .resume(),
    );
    undo(() => {
      for (const socket of silent) socket.destroy();
      client.close();
    });
    await vi.waitFor(() => {
      states.push(client.getChannel().getConnectivityState(false));
      expect(silent.some(({ destroyed }) => destroyed)).toBe(true);
    }, soon);
    expect(new Set(states)).toEqual(new Set([connectivityState.READY]));
  });

  it('leaves the rank of a live stream alone, and refuses what is over the rate', async () => {
    const { address, series, state } = await exporter({ max_steps_per_second: 100 });
    const report = simpleClient(address);
    const worker = new Worker(address).hello().batch(1, { step: 1 });
    await vi.waitFor(() => {
      expect(worker.acknowledged()).toBe(1);
    }, soon);
    const stranger = { hello: { session: 'session-of-stranger' } };
    expect(await report(1, [{ step: 9 }], stranger)).toMatchObject({ code: status.ALREADY_EXISTS });
    expect([state(), worker.end]).toEqual(['healthy', null]);
    const other = { hello: { rank: 1 } };
    const steps = Array.from({ length: 3_000 }, (_, step) => ({ step }));
    expect(await report(1, steps, other)).toMatchObject({
      refusals: [
        {
          reason: 'rate_limit',
          message: expect.stringMatching(/ this batch was taken, the next one is taken in [\d.]+ s$/) as unknown,
        },
      ],
    });
    expect(await report(2, [{ step: 3_000 }], other)).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: expect.stringMatching(/ this batch was not taken, send it again in [\d.]+ s$/) as unknown,
    });
    expect(state(1)).toBe('healthy');
    // Once for the batch that was taken, once for the one that was not.
    expect(series('gradwatch_exporter_refused_total{reason="rate_limit"}')).toBe('2');
  });
});
