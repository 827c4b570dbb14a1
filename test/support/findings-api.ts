import { HttpServer, SelfMetrics, type Served } from '../../src/http/index.ts';
import { SeriesTable } from '../../src/series/index.ts';
import { noFindings } from './no-findings.ts';

/** A server of the API over a real port; what a case does not name is empty. */
export async function startApi(
  changed: Partial<Served>,
  patience: Partial<ConstructorParameters<typeof HttpServer>[3]> = {},
) {
  const table = new SeriesTable();
  const server = new HttpServer(
    {
      table,
      self: new SelfMetrics({ version: '1.2.3', now: () => 0, lostLogLines: () => 0 }),
      version: '1.2.3',
      waiting: () => [],
      gpus: () => [],
      collectors: () => [],
      runs: () => [],
      findings: noFindings,
      persist: () => Promise.resolve(),
      kinds: [
        { kind: 'spike', subject: 'run' },
        { kind: 'lost', subject: 'rank' },
        { kind: 'hot', subject: 'gpu' },
        { kind: 'busy', subject: 'node' },
      ],
      askWorkers: () => Promise.resolve([]),
      token: 'secret',
      reload: null,
      maxScrapes: () => 8,
      now: () => 1000,
      log: { info: () => undefined, error: () => undefined },
      ...changed,
    },
    '127.0.0.1:0',
    null,
    {
      ...{
        handshakeSeconds: 10,
        headersSeconds: 10,
        requestSeconds: 30,
        idleSeconds: 60,
        readSeconds: 60,
        checkSeconds: 5,
      },
      beatSeconds: 60,
      ...patience,
    },
  );
  const url = await server.start();
  const ask = async (method: string, path: string, body?: unknown, token: string | null = 'secret') => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>) };
  };
  /** The value of a series of the server itself. */
  const series = async (name: string): Promise<number | undefined> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  };
  return { server, url, ask, series };
}
