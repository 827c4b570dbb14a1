import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApi } from '../../test/support/findings-api.ts';
import { evidence, findingsHouse } from '../../test/support/findings-house.ts';
import type { DetectorFacts } from '../detect/index.ts';
import type { Finding } from '../findings/index.ts';

const facts = { meaning: '', alert: 'none', endsWithRun: true } as const;
const spike: DetectorFacts = { ...facts, kind: 'spike', subject: 'run', explains: ['lost'] };
const lost: DetectorFacts = { ...facts, kind: 'lost', subject: 'rank', explains: [] };

let house: ReturnType<typeof findingsHouse>;
let api: Awaited<ReturnType<typeof startApi>>;

beforeEach(async () => {
  house = findingsHouse([spike, lost], { max_open: 100, keep_resolved: 100 });
  api = await startApi({ findings: house.findings, now: () => house.clock.now });
});
afterEach(() => api.server.stop(1));

interface List {
  readonly findings: readonly Finding[];
  readonly total: number;
  readonly next: string | null;
}

const list = async (query: string): Promise<List> =>
  (await api.ask('GET', `/api/v1/findings${query}`)).body as unknown as List;
const ids = async (query: string) => (await list(query)).findings.map(({ id }) => id);

describe('GET /api/v1/findings', () => {
  it('filters by what a finding is of, how bad it is, and when it was heard of', async () => {
    house.see(spike, evidence('warning'));
    house.see(lost, evidence('info'), 3);
    house.seeGpu(lost, evidence('critical'), 'GPU-1');
    house.wait(100);
    house.see(lost, evidence('critical'), 4, 'other');
    expect(await ids('?severity=warning')).toEqual(['abc-4', 'abc-3', 'abc-1']);
    expect(await ids('?severity=critical&run=other')).toEqual(['abc-4']);
    expect(await ids('?rank=3')).toEqual(['abc-2']);
    expect(await ids('?uuid=GPU-1')).toEqual(['abc-3']);
    expect(await ids('?since=1050')).toEqual(['abc-4']);
    expect(await ids('?since=1970-01-01T00:16:40Z&kind=spike')).toEqual(['abc-1']);
  });

  it('refuses a kind that nothing finds, and names those there are', async () => {
    expect(await api.ask('GET', '/api/v1/findings?kind=nonsense')).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_parameter', message: 'kind is "nonsense", expected spike, lost, hot or busy' } },
    });
  });

  it('gives page after page, each finding once, whatever comes and goes meanwhile', async () => {
    for (let rank = 0; rank < 25; rank += 1) {
      house.see(lost, evidence('warning'), rank);
      if (rank % 10 === 0) house.wait(1);
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let turn = 0; cursor !== null; turn += 1) {
      const { findings, total, next }: List = await list(`?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(total).toBe(25 + turn);
      seen.push(...findings.map(({ id }) => id));
      cursor = next;
      house.see(lost, evidence('warning'), 100 + turn);
      house.recover(lost, turn);
      house.wait(turn === 1 ? 120 : 1);
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `abc-${25 - index}`));
  });

  it('gives one with what follows from it', async () => {
    house.see(spike, evidence('warning'));
    house.see(lost, evidence('warning'), 2);
    expect((await api.ask('GET', '/api/v1/findings/abc-1')).body).toMatchObject({
      ...{ id: 'abc-1', consequences: ['abc-2'], acknowledgement: null },
    });
    expect(await api.ask('GET', '/api/v1/findings/abc-9')).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_finding' } },
    });
  });
});

describe('POST /api/v1/findings/:id/acknowledgement', () => {
  const path = '/api/v1/findings/abc-1/acknowledgement';

  it('names who has a finding in hand', async () => {
    house.see(spike, evidence('warning'));
    const told = await api.ask('POST', path, { author: ' ada ', note: 'looking' });
    expect(told).toMatchObject({
      status: 200,
      body: { acknowledgement: { author: 'ada', note: 'looking', at: 1000 } },
    });
    expect((await list('')).findings[0]?.acknowledgement?.author).toBe('ada');
  });

  it('is answered when it is on disk', async () => {
    house.see(spike, evidence('warning'));
    const kept: (string | undefined)[] = [];
    const { server, ask } = await startApi({
      findings: house.findings,
      persist: async () => {
        await sleep(50);
        kept.push(house.findings.open[0]?.acknowledgement?.author);
      },
    });
    await ask('POST', path, { author: 'ada' });
    expect(kept).toEqual(['ada']);
    await server.stop(1);
  });

  it('needs a token, a finding that is open, and a name', async () => {
    house.see(spike, evidence('warning'));
    expect((await api.ask('POST', path, { author: 'ada' }, 'wrong')).status).toBe(401);
    expect(house.findings.open[0]?.acknowledgement).toBeNull();
    expect(await api.ask('POST', path, { author: ' ' })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_body', message: 'author: expected a name of at most 100 characters' } },
    });
    house.recover(spike);
    house.wait(120);
    expect(await api.ask('POST', path, { author: 'ada' })).toMatchObject({
      status: 409,
      body: { error: { code: 'resolved' } },
    });
  });
});

describe('/api/v1/silences', () => {
  const draft = { run: 'r', duration: '10m', author: 'ada', comment: 'new data' };

  it('creates, lists and ends', async () => {
    house.see(spike, evidence('warning'));
    const created = await api.ask('POST', '/api/v1/silences', { ...draft, kind: 'spike' });
    expect(created).toMatchObject({
      status: 201,
      body: { run: 'r', kind: 'spike', rank: '*', uuid: '*', createdAt: 1000, expiresAt: 1600, author: 'ada' },
    });
    const id = String(created.body?.id);
    expect((await list('')).findings[0]?.silencedBy).toBe(id);
    expect((await api.ask('GET', '/api/v1/silences')).body).toEqual({ silences: [created.body] });
    expect((await api.ask('DELETE', `/api/v1/silences/${id}`)).status).toBe(204);
    expect((await list('')).findings[0]?.silencedBy).toBeNull();
    expect(await api.ask('DELETE', `/api/v1/silences/${id}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_silence' } },
    });
  });

  it('is answered when it is on disk, and so is its end', async () => {
    const order: string[] = [];
    const kept = await startApi({
      findings: house.findings,
      persist: async () => {
        await sleep(50);
        order.push(`${house.findings.silences.length} on disk`);
      },
    });
    const { body } = await kept.ask('POST', '/api/v1/silences', draft);
    order.push('answered');
    await kept.ask('DELETE', `/api/v1/silences/${String(body?.id)}`);
    order.push('answered');
    expect(order).toEqual(['1 on disk', 'answered', '0 on disk', 'answered']);
    await kept.server.stop(1);
  });

  it.each([
    [{ run: '*' }, 'a silence of everything hides everything; name a run, a kind or a uuid'],
    [{ run: '*', rank: 3 }, 'a silence of everything hides everything'],
    [{ rank: -1 }, 'rank: expected a whole number from 0, or "*" for all'],
    [{ duration: '31d' }, 'duration: expected a duration such as 30m or 12h, at most 30d'],
    [{ duration: 600 }, 'duration: expected a duration such as 30m or 12h, at most 30d'],
    [{ kind: 'spikes' }, 'kind: nothing finds "spikes"; there are spike, lost, hot, busy'],
    [{ kind: 'spike', rank: 0 }, 'rank: a finding spike is of a run and names none; leave it out'],
    [{ kind: 'lost', uuid: 'GPU-1' }, 'uuid: a finding lost is of a rank and names none'],
    [{ kind: 'hot' }, 'run: a finding hot is of a gpu and names none'],
    [{ kind: 'busy' }, 'run: a finding busy is of a node and names none'],
    [{ author: undefined }, 'author: is missing'],
    [{ until: 5 }, 'until: no such field here'],
  ])('refuses %j', async (changed, message) => {
    expect(await api.ask('POST', '/api/v1/silences', { ...draft, ...changed })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_body', message: expect.stringContaining(message) as string } },
    });
    expect(house.findings.silences).toEqual([]);
  });

  it('are bounded, and switched off without a token', async () => {
    for (let each = 0; each < 3; each += 1) await api.ask('POST', '/api/v1/silences', draft);
    expect(await api.ask('POST', '/api/v1/silences', draft)).toMatchObject({
      status: 409,
      body: { error: { code: 'silence_limit', message: expect.stringContaining('findings.max_silences') as string } },
    });
    for (const [method, path] of [
      ['GET', '/api/v1/silences'],
      ['POST', '/api/v1/silences'],
      ['DELETE', '/api/v1/silences/x'],
    ] as const) {
      expect((await api.ask(method, path, undefined, null)).status).toBe(401);
    }
    const off = await startApi({ findings: house.findings, token: null });
    expect(await off.ask('POST', '/api/v1/silences', draft)).toMatchObject({
      status: 404,
      body: { error: { code: 'switched_off' } },
    });
    await off.server.stop(1);
  });
});

describe('a body that is no object', () => {
  it.each(['/api/v1/silences', '/api/v1/findings/abc-1/acknowledgement', '/api/v1/runs/r/requests'])(
    'is refused as such by POST %s',
    async (path) => {
      for (const body of [null, [], [{ author: 'ada' }], 3, true, 'ada']) {
        expect(await api.ask('POST', path, body)).toEqual({
          status: 400,
          body: {
            error: {
              code: 'invalid_body',
              message: `the body: found ${JSON.stringify(body)}, expected a JSON object`,
            },
          },
        });
      }
    },
  );
});
