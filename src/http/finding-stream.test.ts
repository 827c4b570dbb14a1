import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followEvents } from '../../test/support/event-stream.ts';
import { startApi } from '../../test/support/findings-api.ts';
import { evidence, findingsHouse } from '../../test/support/findings-house.ts';
import type { DetectorFacts } from '../detect/index.ts';

const facts = { meaning: '', explains: [], alert: 'none', endsWithRun: true } as const;
const spike: DetectorFacts = { ...facts, kind: 'spike', subject: 'run' };
const lost: DetectorFacts = { ...facts, kind: 'lost', subject: 'rank' };

let house: ReturnType<typeof findingsHouse>;
let api: Awaited<ReturnType<typeof startApi>>;

async function serve(patience: Parameters<typeof startApi>[1] = {}): Promise<void> {
  api = await startApi({ findings: house.findings }, patience);
}
beforeEach(() => {
  house = findingsHouse([spike, lost], { max_open: 10_000 });
});
afterEach(() => api.server.stop(1));

/** On a busy machine too. */
const soon = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 5 });

const follow = (query = '', headers: Record<string, string> = {}) =>
  followEvents(`${api.url}/api/v1/findings/stream${query}`, headers);
const told = (client: Awaited<ReturnType<typeof follow>>) =>
  client.events.map(({ event, data }) => `${event} ${(data as { finding?: { id: string } }).finding?.id ?? ''}`.trim());

describe('the stream of findings', () => {
  it('tells every change with its id, and only what was asked for', async () => {
    await serve();
    const [all, some] = [await follow(), await follow('?kind=lost&severity=warning')];
    expect(all.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
    });
    house.see(spike, evidence('warning', 7, { score: NaN }));
    house.see(lost, evidence('info'), 1);
    house.see(lost, evidence('critical'), 1);
    await soon(() => {
      expect(told(all)).toEqual(['opened abc-1', 'opened abc-2', 'worsened abc-2']);
      expect(told(some)).toEqual(['worsened abc-2']);
    });
    expect(all.events[0]).toMatchObject({
      id: expect.stringMatching(/-1$/) as string,
      data: { change: 'opened', finding: { kind: 'spike', score: 'NaN' } },
    });
    expect(await api.series('gradwatch_exporter_http_streams')).toBe(2);
    all.leave();
    some.leave();
    await soon(async () => {
      expect(await api.series('gradwatch_exporter_http_streams')).toBe(0);
    });
  });

  it('is what the list is where it is preferred', async () => {
    await serve();
    const client = await followEvents(`${api.url}/api/v1/findings?run=r`, { accept: 'text/event-stream' });
    house.see(spike, evidence('warning'));
    await soon(() => {
      expect(told(client)).toEqual(['opened abc-1']);
    });
    const listed = await fetch(`${api.url}/api/v1/findings`, { headers: { accept: '*/*' } });
    expect(listed.headers.get('content-type')).toContain('application/json');
    expect(listed.headers.get('vary')).toBe('Accept');
    client.leave();
  });

  it('goes on after the last event that a client has, or after its list', async () => {
    await serve();
    const { body } = await api.ask('GET', '/api/v1/findings');
    house.see(spike, evidence('warning'));
    const first = await follow(`?last_event_id=${String(body?.lastEvent)}`);
    await soon(() => {
      expect(told(first)).toEqual(['opened abc-1']);
    });
    first.leave();
    house.see(lost, evidence('warning'), 1);
    house.see(lost, evidence('warning'), 2);
    const again = await follow('', { 'last-event-id': first.lastId() });
    house.see(lost, evidence('warning'), 3);
    await soon(() => {
      expect(told(again)).toEqual(['opened abc-2', 'opened abc-3', 'opened abc-4']);
    });
    again.leave();
  });

  it('says so when it no longer knows what a client has missed', async () => {
    await serve();
    const { body } = await api.ask('GET', '/api/v1/findings');
    for (let rank = 0; rank < 1025; rank += 1) house.see(lost, evidence('warning'), rank);
    for (const id of [String(body?.lastEvent), 'another-5', `${String(body?.lastEvent)}9999`, 'x', '']) {
      const client = await follow('', { 'last-event-id': id });
      await soon(() => {
        expect(told(client)).toEqual(['reset']);
      });
      client.leave();
    }
  });

  it('shows that it is alive, and where a client stands that wants nothing of it', async () => {
    await serve({ beatSeconds: 0.02 });
    const client = await follow('?kind=lost');
    house.see(spike, evidence('warning'));
    await soon(() => {
      expect(client.lastId()).toMatch(/-1$/);
    });
    expect(client.text()).toContain('\n\n:\nid: ');
    expect(client.events).toEqual([]);
    client.leave();
  });

  it('is refused to more clients than it can hold', async () => {
    await serve();
    const clients = await Promise.all(Array.from({ length: 32 }, () => follow()));
    const refused = await fetch(`${api.url}/api/v1/findings/stream`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
    expect(await api.series('gradwatch_exporter_http_refused_total{reason="stream_limit"}')).toBe(1);
    for (const client of clients) client.leave();
    await soon(async () => {
      expect(await api.series('gradwatch_exporter_http_streams')).toBe(0);
    });
    (await follow()).leave();
  });

  it('does not drop a client that catches up while more happens', async () => {
    await serve();
    const { body } = await api.ask('GET', '/api/v1/findings');
    // More than the kernel holds.
    const long = evidence('warning', 7, { cause: 'x'.repeat(20_000) });
    for (let rank = 0; rank < 1000; rank += 1) house.see(lost, long, rank);
    const client = await follow('', { 'last-event-id': String(body?.lastEvent) });
    house.see(lost, long, 1000);
    await soon(() => {
      expect(told(client)).toHaveLength(1001);
    });
    expect(await api.series('gradwatch_exporter_http_refused_total{reason="slow_reader"}')).toBe(0);
    client.leave();
  });

  it('drops a client that does not read, and goes on for the others', async () => {
    await serve();
    const silent = connect(Number(new URL(api.url).port), '127.0.0.1').on('error', () => undefined);
    silent.pause().write('GET /api/v1/findings/stream HTTP/1.1\r\nHost: a\r\n\r\n');
    const reader = await follow();
    await soon(async () => {
      expect(await api.series('gradwatch_exporter_http_streams')).toBe(2);
    });
    const long = evidence('warning', 7, { cause: 'x'.repeat(100_000) });
    // The kernel holds megabytes before the server notices.
    for (let rank = 0; rank < 500 && (await api.series('gradwatch_exporter_http_streams')) === 2; rank += 1) {
      house.see(lost, long, rank);
      await soon(() => {
        expect(reader.events).toHaveLength(rank + 1);
      });
    }
    expect(await api.series('gradwatch_exporter_http_refused_total{reason="slow_reader"}')).toBe(1);
    expect(await api.series('gradwatch_exporter_http_streams')).toBe(1);
    silent.destroy();
    reader.leave();
  });

  it('ends when the server stops', async () => {
    await serve();
    const client = await follow();
    await api.server.stop(60);
    await soon(() => {
      expect(client.ended()).toBe(true);
    });
  });
});
