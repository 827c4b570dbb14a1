import { request as rawRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi, type Mock } from 'vitest';
import { noFindings } from '../../test/support/no-findings.ts';
import type { Finding } from '../findings/index.ts';
import type { RunReport } from '../runs/index.ts';
import { gauge, SeriesTable } from '../series/index.ts';
import { writeJson } from '../json.ts';
import type { Patience } from './http-server.ts';
import { HttpServer, SelfMetrics, type HttpLog, type ReloadOutcome, type Served } from './index.ts';

const run: RunReport = {
  run: 'digits <1>',
  state: 'healthy',
  framework: 'pytorch',
  model: null,
  worldSize: 2,
  job: null,
  labels: {},
  startedAt: 1_700_000_000,
  endedAt: null,
  ranks: [
    {
      rank: 0,
      state: 'healthy',
      attempt: 0,
      localRank: 0,
      node: null,
      gpuUuid: null,
      role: 'training',
      parallel: {},
      endedAt: null,
      step: 41,
      stepTime: 1_700_000_041,
      values: { loss: NaN },
    },
  ],
};

const finding: Finding = {
  id: 'f1',
  kind: 'loss_spike',
  subject: { run: 'digits <1>', rank: null, uuid: null },
  firstRank: 0,
  severity: 'critical',
  firstStep: 40,
  detectedStep: 41,
  lastStep: 41,
  score: Infinity,
  threshold: 8,
  baseline: 0.5,
  window: 64,
  cause: 'the loss rose to <b>NaN</b>',
  advice: 'look at the data of step 40',
  openedAt: 1_700_000_041,
  lastEvidenceAt: 1_700_000_041,
  consequenceOf: null,
  worsenedAt: null,
  silencedBy: null,
  acknowledgement: null,
  escalated: false,
  resolution: null,
  resolvedAt: null,
};
const resolved: Finding = {
  ...finding,
  id: 'f2',
  kind: 'non_finite',
  resolution: 'recovered',
  resolvedAt: 1_700_000_050,
};

const loss = gauge('gradwatch_train_loss', { help: 'Loss', labels: ['run'] });

let waiting: string[];
let log: { info: Mock<HttpLog['info']>; error: Mock<HttpLog['error']> };
let askWorkers: ReturnType<typeof vi.fn<Served['askWorkers']>>;
let table: SeriesTable;
let server: HttpServer;
let url: string;

async function serve(changed: Partial<Served> = {}, patience?: Patience): Promise<void> {
  const self = new SelfMetrics({ version: '1.2.3', now: () => 1_700_000_000, lostLogLines: () => 0 });
  const served: Served = {
    table,
    self,
    version: '1.2.3',
    waiting: () => waiting,
    gpus: () => [],
    collectors: () => [],
    runs: () => [run],
    findings: { ...noFindings, open: [finding], resolved: [resolved] },
    persist: () => Promise.resolve(),
    kinds: [
      { kind: 'loss_spike', subject: 'run' },
      { kind: 'non_finite', subject: 'run' },
    ],
    now: () => 1_700_000_060,
    askWorkers,
    token: 'secret',
    reload: null,
    maxScrapes: () => 8,
    log,
    ...changed,
  };
  server = new HttpServer(served, '127.0.0.1:0', null, patience);
  url = await server.start();
}

beforeEach(() => {
  waiting = [];
  log = { info: vi.fn(), error: vi.fn() };
  askWorkers = vi.fn<Served['askWorkers']>().mockResolvedValue([{ rank: 0, result: 'done', message: null }]);
  table = new SeriesTable();
});

afterEach(() => server.stop(1));

/** Without the conveniences of fetch, which undoes gzip and adds headers. */
async function get(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ response: IncomingMessage; body: Buffer }> {
  const request = rawRequest(`${url}${path}`, { headers, agent: false }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return { response, body: Buffer.concat(parts) };
}

const getJson = async (path: string) => {
  const response = await fetch(`${url}${path}`);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: await response.json(),
  };
};

describe('GET /metrics', () => {
  beforeEach(() => {
    table.group(['run'], { loss }).row({ run: 'a' }).set('loss', 0.25);
    return serve();
  });

  it('answers in the text format, with everything that a scraper needs', async () => {
    const { response, body } = await get('/metrics');
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'content-length': String(body.length),
      vary: 'Accept, Accept-Encoding',
    });
    for (const absent of ['etag', 'x-powered-by', 'content-encoding'])
      expect(response.headers).not.toHaveProperty(absent);
    expect(body.toString()).toContain('\ngradwatch_train_loss{run="a"} 0.25\n');
    expect(body.toString()).toContain('\ngradwatch_exporter_scrapes_total 1\n');
  });

  it('answers in OpenMetrics where that is preferred', async () => {
    const { response, body } = await get('/metrics', { accept: 'application/openmetrics-text;version=1.0.0' });
    expect(response.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(body.toString()).toMatch(/\n# EOF\n$/);
  });

  it('compresses where that is accepted', async () => {
    const { response, body } = await get('/metrics', { 'accept-encoding': 'gzip' });
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(body).toString()).toContain('\ngradwatch_train_loss{run="a"} 0.25\n');
  });

  it('answers HEAD without a body', async () => {
    const response = await fetch(`${url}/metrics`, { method: 'HEAD' });
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(100);
    expect(await response.text()).toBe('');
  });
});

describe('a large /metrics', () => {
  it('lets other work run between its slices, tells one moment, and refuses more scrapes than it can hold', async () => {
    const row = { loss };
    const group = table.group(['run'], row);
    const rows = Array.from({ length: 15_000 }, (_, index) => group.row({ run: String(index) }));
    for (const each of rows) each.set('loss', 1);
    await serve();
    let turns = 0;
    let done = false;
    const turn = () => {
      turns += 1;
      for (const each of rows.slice(-100)) each.set('loss', 1 + turns);
      if (!done) setImmediate(turn);
    };
    const scrapes = Array.from({ length: 12 }, () => fetch(`${url}/metrics`));
    setImmediate(turn);
    const responses = await Promise.all(scrapes);
    const bodies = await Promise.all(responses.map((response) => response.text()));
    done = true;
    const statuses = responses.map(({ status }) => status).sort();
    expect(statuses[0]).toBe(200);
    expect(statuses.filter((status) => status === 503).length).toBeLessThanOrEqual(4);
    for (const body of bodies.filter((_, index) => responses[index]!.status === 200)) {
      const tail = body
        .split('\n')
        .filter((line) => line.startsWith('gradwatch_train_loss{'))
        .slice(-100);
      expect(new Set(tail.map((line) => line.split(' ')[1])).size).toBe(1);
    }
    expect(turns).toBeGreaterThan(8);
  });
});

describe('health', () => {
  it('is healthy while it answers, and ready when nothing is waited for', async () => {
    await serve();
    expect(await (await fetch(`${url}/-/healthy`)).text()).toBe('healthy\n');
    expect(await (await fetch(`${url}/-/ready`)).text()).toBe('ready\n');
    waiting = ['collector gpu', 'the gRPC server'];
    expect(await getJson('/-/ready')).toEqual({
      status: 503,
      type: 'application/json; charset=utf-8',
      body: { error: { code: 'not_ready', message: 'not ready, waiting for collector gpu, the gRPC server' } },
    });
    expect((await fetch(`${url}/-/healthy`)).status).toBe(200);
  });
});

describe('the lists', () => {
  beforeEach(() => serve());
  const ids = async (query: string) => {
    const { body } = await getJson(`/api/v1/findings${query}`);
    return (body as { findings: Finding[] }).findings.map(({ id }) => id);
  };

  it('gives runs and findings as they are, the youngest first', async () => {
    expect(await getJson('/api/v1/runs')).toMatchObject({
      status: 200,
      body: { runs: [JSON.parse(writeJson(run))], total: 1, next: null },
    });
    const { body } = await getJson('/api/v1/findings');
    expect(body).toEqual({
      findings: [
        { ...resolved, score: 'Infinity' },
        { ...finding, score: 'Infinity' },
      ],
      total: 2,
      next: null,
      lastEvent: expect.stringMatching(/^[0-9a-f]{8}-0$/) as string,
    });
  });

  it('filters runs', async () => {
    const names = async (query: string) =>
      ((await getJson(`/api/v1/runs${query}`)).body as { runs: RunReport[] }).runs.map((each) => each.run);
    for (const found of ['?run=digits%20%3C1%3E', '?state=healthy', '?since=2030-01-01T00:00:00Z'])
      expect(await names(found)).toEqual([run.run]);
    for (const none of ['?run=digits', '?state=lost', '?uuid=GPU-1']) expect(await names(none)).toEqual([]);
  });

  it('filters findings', async () => {
    expect(await ids('?state=open')).toEqual(['f1']);
    expect(await ids('?state=resolved')).toEqual(['f2']);
    expect(await ids('?kind=non_finite')).toEqual(['f2']);
    expect(await ids('?run=digits%20%3C1%3E&kind=loss_spike&state=open')).toEqual(['f1']);
    expect(await ids('?run=other')).toEqual([]);
  });

  it.each([
    ['/api/v1/findings?state=closed', 'invalid_parameter', 'state is "closed", expected open or resolved'],
    ['/api/v1/findings?sate=open', 'unknown_parameter', expect.stringContaining('no parameter "sate"; there are run,')],
    ['/api/v1/findings?severity=bad', 'invalid_parameter', 'severity is "bad", expected info, warning or critical'],
    ['/api/v1/findings?rank=-1', 'invalid_parameter', 'rank is "-1", expected a whole number from 0'],
    [
      '/api/v1/findings?run=%E0%A4%A',
      'invalid_parameter',
      'the query has a % escape of no character; a % itself is %25',
    ],
    ['/api/v1/findings?limit=0', 'invalid_parameter', 'limit is "0", expected a whole number from 1 to 1000'],
    ['/api/v1/findings?cursor=1', 'invalid_parameter', 'cursor is "1", expected the field "next" of the page before'],
    ['/api/v1/findings?since=now', 'invalid_parameter', expect.stringContaining('expected Unix seconds or a time')],
    [
      '/api/v1/findings?since=2026-02-30T00:00:00Z',
      'invalid_parameter',
      expect.stringContaining('expected Unix seconds or a time'),
    ],
    [
      '/api/v1/findings?since=2026-11-29T01:00:00',
      'invalid_parameter',
      expect.stringContaining('expected Unix seconds or a time'),
    ],
    [
      '/api/v1/findings?since=2026-13-01T00:00:00Z',
      'invalid_parameter',
      expect.stringContaining('expected Unix seconds or a time'),
    ],
    [
      '/api/v1/findings?since=2026-11-29T25:00:00Z',
      'invalid_parameter',
      expect.stringContaining('expected Unix seconds or a time'),
    ],
    ['/api/v1/findings?kind=a&kind=b', 'invalid_parameter', 'kind is given more than once, expected one value'],
    ['/api/v1/findings?__proto__=x', 'unknown_parameter', expect.stringContaining('no parameter "__proto__"')],
    ['/api/v1/runs?kind=a', 'unknown_parameter', expect.stringContaining('no parameter "kind"')],
    ['/api/v1/findings/f1?a=b', 'unknown_parameter', 'no parameter "a"; there are none here'],
  ])('refuses %s', async (path, code, message) => {
    expect(await getJson(path)).toMatchObject({ status: 400, body: { error: { code, message: message as string } } });
  });
});

describe('POST /api/v1/runs/:run/requests', () => {
  const post = async (body: unknown, { name = 'digits <1>', headers = {} } = {}) => {
    const response = await fetch(`${url}/api/v1/runs/${encodeURIComponent(name)}/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer secret', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };

  it('asks the workers and gives their answers', async () => {
    await serve();
    const answer = await post({ kind: 'scale_learning_rate', factor: 0.5, rank: 1 });
    expect(answer).toMatchObject({
      status: 200,
      body: { run: 'digits <1>', kind: 'scale_learning_rate', answers: [{ rank: 0, result: 'done', message: null }] },
    });
    expect(askWorkers).toHaveBeenCalledExactlyOnceWith('digits <1>', 1, {
      kind: 'scale_learning_rate',
      factor: 0.5,
    });
    expect(log.info).toHaveBeenCalledOnce();
    await post({ kind: 'checkpoint' });
    expect(askWorkers).toHaveBeenLastCalledWith('digits <1>', null, { kind: 'checkpoint' });
    await post({ kind: 'log_layers', steps: 20 });
    expect(askWorkers).toHaveBeenLastCalledWith('digits <1>', null, { kind: 'log_layers', steps: 20 });
  });

  it('refuses what would leave too few connections for all else, until workers have answered', async () => {
    const answers: (() => void)[] = [];
    askWorkers.mockImplementation(
      () =>
        new Promise((done) =>
          answers.push(() => {
            done([]);
          }),
        ),
    );
    await serve();
    const asked = Array.from({ length: 32 }, () => post({ kind: 'checkpoint' }));
    await vi.waitFor(() => {
      expect(answers).toHaveLength(32);
    });
    expect(await post({ kind: 'checkpoint' })).toMatchObject({ status: 503, body: { error: { code: 'busy' } } });
    const refused = 'gradwatch_exporter_http_refused_total{reason="request_limit"} 1';
    expect((await get('/metrics')).body.toString()).toContain(refused);
    for (const answer of answers) answer();
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(32).fill(200));
    askWorkers.mockResolvedValue([]);
    expect(await post({ kind: 'checkpoint' })).toMatchObject({ status: 200 });
  });

  it('is not there without a token, and says how to switch it on', async () => {
    await serve({ token: null });
    expect(await post({ kind: 'stop' })).toMatchObject({
      status: 404,
      body: { error: { code: 'switched_off', message: expect.stringContaining('http.token_file') as string } },
    });
    expect(askWorkers).not.toHaveBeenCalled();
  });

  it.each(['', 'Bearer wrong', 'Basic secret'])(
    'refuses the authorization %j before it reads the body',
    async (authorization) => {
      await serve();
      const { status, headers, body } = await post('{', { headers: { authorization } });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      expect(body).toMatchObject({ error: { code: 'unauthorized' } });
      expect(askWorkers).not.toHaveBeenCalled();
    },
  );

  it.each([
    [{ kind: 'reboot' }, 400, 'invalid_body', 'kind: expected checkpoint, stop, scale_learning_rate or log_layers'],
    [{}, 400, 'invalid_body', 'kind: expected checkpoint, stop, scale_learning_rate or log_layers'],
    [{ kind: 'scale_learning_rate' }, 400, 'invalid_body', 'factor: is missing'],
    [{ kind: 'scale_learning_rate', factor: 0 }, 400, 'invalid_body', 'factor: expected a number above 0'],
    [{ kind: 'log_layers', steps: 0 }, 400, 'invalid_body', 'steps: expected a whole number from 1 to 1000'],
    [{ kind: 'stop', factor: 0.5 }, 400, 'invalid_body', 'factor: no such field here'],
    [{ kind: 'stop', rank: -1 }, 400, 'invalid_body', 'rank: expected a whole number from 0'],
    [{ kind: 'stop', rank: 0.5 }, 400, 'invalid_body', 'rank: expected a whole number from 0'],
    ['{"kind":', 400, 'bad_request', expect.any(String)],
    [{ kind: 'stop', pad: 'x'.repeat(2000) }, 413, 'too_large', 'request entity too large'],
  ])('refuses %j', async (body, status, code, message) => {
    await serve();
    expect(await post(body)).toMatchObject({ status, body: { error: { code, message: message as string } } });
    expect(askWorkers).not.toHaveBeenCalled();
  });

  it('refuses what is not JSON, and a run that is not here', async () => {
    await serve();
    expect(await post('kind=stop', { headers: { 'content-type': 'application/x-www-form-urlencoded' } })).toMatchObject(
      {
        status: 415,
        body: { error: { code: 'not_json' } },
      },
    );
    expect(await post({ kind: 'stop' }, { name: 'other' })).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_run', message: 'no run "other" on this node; GET /api/v1/runs lists them' } },
    });
  });
});

describe('POST /-/reload', () => {
  const reload = vi.fn<() => ReloadOutcome>();
  const post = async (headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/-/reload`, { method: 'POST', headers });
    return { status: response.status, text: await response.text() };
  };
  beforeEach(() => {
    reload.mockReset().mockReturnValue({ changed: [], needRestart: [] });
  });

  it('is off by default, and where nobody is asked who he is', async () => {
    await serve();
    expect(await post()).toMatchObject({ status: 404, text: expect.stringContaining('http.reload') as string });
    await server.stop(1);
    table = new SeriesTable();
    await serve({ reload, token: null });
    expect(await post()).toMatchObject({ status: 404, text: expect.stringContaining('http.token_file') as string });
    expect(reload).not.toHaveBeenCalled();
  });

  it('reloads for who has the token, and tells every mistake', async () => {
    await serve({ reload });
    expect((await post()).status).toBe(401);
    expect(reload).not.toHaveBeenCalled();
    const authorization = 'Bearer secret';
    expect(await post({ authorization })).toEqual({ status: 200, text: 'reloaded\n' });
    reload.mockReturnValue({ changed: ['log.level'], needRestart: ['http.address', 'grpc.socket'] });
    expect(await post({ authorization })).toEqual({
      status: 200,
      text: 'reloaded\nhttp.address: changed, takes a restart\ngrpc.socket: changed, takes a restart\n',
    });
    reload.mockReturnValue({ mistakes: ['a: found 1, expected 2', 'b: found 3, expected 4'] });
    const { status, text } = await post({ authorization });
    expect(status).toBe(500);
    expect(JSON.parse(text)).toEqual({
      error: { code: 'not_reloaded', message: 'a: found 1, expected 2\nb: found 3, expected 4' },
    });
  });
});

describe('GET /', () => {
  it('shows runs and open findings, with everything from outside escaped', async () => {
    await serve();
    const { response, body } = await get('/');
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(response.headers['content-security-policy']).toContain("default-src 'none'");
    const text = body.toString();
    expect(text).toContain('the loss rose to &#60;b&#62;NaN&#60;/b&#62;');
    expect(text).toContain('<td>digits &#60;1&#62;</td>');
    expect(text).not.toContain('<b>');
    expect(text).not.toContain('non_finite');
    expect(text).toContain('Ready.');
  });
});

describe('errors', () => {
  it('are JSON with a code for unknown paths and methods, and for a malformed path', async () => {
    await serve();
    expect(await getJson('/metric')).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found', message: 'nothing answers GET /metric; GET / lists what there is' } },
    });
    const response = await fetch(`${url}/api/v1/runs/%E0%A4%A/requests`, { method: 'POST' });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'bad_request' } }]);
  });

  it.each([
    ['POST', '/metrics', 'GET, HEAD'],
    ['DELETE', '/-/healthy', 'GET, HEAD'],
    ['POST', '/-/ready', 'GET, HEAD'],
    ['PUT', '/api/v1/runs', 'GET, HEAD'],
    ['POST', '/api/v1/findings', 'GET, HEAD'],
    ['GET', '/api/v1/runs/a/requests', 'POST'],
    ['POST', '/', 'GET, HEAD'],
  ])('say which methods %s %s should have been', async (method, path, allow) => {
    await serve();
    const response = await fetch(`${url}${path}`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(await response.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
  });

  it('of our own are logged in full, once, and not told', async () => {
    const fault = new Error('secret detail');
    await serve({
      runs: () => {
        throw fault;
      },
    });
    const { status, body } = await getJson('/api/v1/runs');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('secret');
    await getJson('/api/v1/runs');
    expect(log.error).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ err: fault }), 'a request failed');
  });
});

/** What the server answers to raw bytes before it ends the connection. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  socket.on('error', () => undefined).write(bytes);
  await once(socket, 'close');
  return answer;
}

describe('a client that is slow or wrong', () => {
  const answered = (status: number) =>
    vi.waitFor(
      async () => {
        expect((await get('/metrics')).response.statusCode).toBe(status);
      },
      { timeout: 20_000 },
    );
  const refused = async (reason: string) => {
    const { body } = await get('/metrics');
    return new RegExp(`http_refused_total\\{reason="${reason}"\\} (\\d+)`).exec(body.toString())?.[1];
  };

  const hasty: Patience = {
    handshakeSeconds: 1,
    headersSeconds: 0.5,
    requestSeconds: 0.5,
    idleSeconds: 10,
    readSeconds: 0.5,
    checkSeconds: 0.05,
    beatSeconds: 10,
  };
  const patient: Patience = { ...hasty, headersSeconds: 60, requestSeconds: 60, readSeconds: 60 };
  const open = (): Socket => connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);

  it('is cut off when its header does not come in time', async () => {
    await serve({}, hasty);
    expect(await raw('GET /metrics HTTP/1.1\r\nHost: a\r\nX-Slow: ')).toMatch(/^HTTP\/1\.1 408 /);
    expect(await refused('slow_request')).toBe('1');
  });

  it('gains no time by sending a byte now and then', async () => {
    await serve({}, hasty);
    const socket = open();
    socket.resume().write('GET /metrics HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    const drip = setInterval(() => socket.write('x'), 20);
    await once(socket, 'close');
    clearInterval(drip);
    expect(await refused('slow_request')).toBe('1');
  });

  it('is cut off when it does not send the body that it announced', async () => {
    await serve({}, hasty);
    const headers = ['Host: a', 'Authorization: Bearer secret', 'Content-Type: application/json', 'Content-Length: 9'];
    const begun = ['POST /api/v1/silences HTTP/1.1', ...headers, '', '{'].join('\r\n');
    expect(await raw(begun)).toMatch(/^HTTP\/1\.1 408 /);
    expect(await refused('slow_request')).toBe('1');
  });

  it('is cut off when it does not read, and then leaves its place to others', async () => {
    const rows = table.group(['run'], { loss });
    for (let at = 0; at < 100_000; at += 1) rows.row({ run: String(at) }).set('loss', at);
    // Longer than the bodies of this test itself take.
    await serve({ maxScrapes: () => 1 }, { ...hasty, readSeconds: 3 });
    const silent = open().pause();
    silent.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
    await answered(503);
    await answered(200);
    expect(Number(await refused('slow_reader'))).toBeGreaterThan(0);
    silent.destroy();
  });

  it('takes the place of one that asks for nothing, where as many are held as may be', async () => {
    await serve({}, patient);
    const held = Array.from({ length: 256 }, () => open());
    await Promise.all(held.map((socket) => once(socket, 'connect')));
    const dropped = Promise.any(held.map((socket) => once(socket, 'close')));
    await answered(200);
    await dropped;
    expect(held.filter((socket) => socket.closed)).toHaveLength(1);
    expect(await refused('connection_limit')).toBe('1');
    for (const socket of held) socket.destroy();
  });

  it('is told of a header that is too large, and of what is no HTTP', async () => {
    await serve();
    expect(await raw(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await raw('\u0016\u0003\u0001 hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect([await refused('header_size'), await refused('malformed')]).toEqual(['1', '1']);
  });

  it('holds its place among the scrapes until its body is read or it goes away', async () => {
    const rows = table.group(['run'], { loss });
    for (let at = 0; at < 100_000; at += 1) rows.row({ run: String(at) }).set('loss', at);
    await serve({ maxScrapes: () => 1 });
    const silent = connect(Number(new URL(url).port), '127.0.0.1').pause();
    silent.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
    await answered(503);
    silent.destroy();
    await answered(200);
    expect(Number(await refused('scrape_limit'))).toBeGreaterThan(0);
  });
});

describe('HttpServer', () => {
  it('says which option to change when the port is taken', async () => {
    await serve();
    const other = new HttpServer(
      { table: new SeriesTable(), findings: noFindings, kinds: [] } as Partial<Served> as Served,
      url.replace('http://', ''),
    );
    await expect(other.start()).rejects.toMatchObject({
      name: 'ListenError',
      option: 'http.address',
      message: expect.stringContaining('another process listens there') as string,
    });
    await other.stop(1);
  });

  it('ends idle connections and running answers when it stops', async () => {
    askWorkers.mockReturnValue(new Promise(() => undefined));
    await serve();
    await (await fetch(`${url}/-/healthy`)).text();
    const asked = fetch(`${url}/api/v1/runs/${encodeURIComponent(run.run)}/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer secret' },
      body: '{"kind":"stop"}',
    });
    asked.catch(() => undefined);
    await vi.waitUntil(() => askWorkers.mock.calls.length === 1);
    await server.stop(0.1);
    await expect(asked).rejects.toThrow();
    await expect(fetch(`${url}/-/healthy`)).rejects.toThrow();
  });
});
