import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { nodeOptions } from '../../test/support/exporter.ts';
import type { Answer, Ask, Kind } from './messages.ts';

export type Headers = Readonly<Record<string, string>>;

/** Ours runs as users start it; prom-client, whose users start it without options, has the large young generation that suits it. */
const ourOptions = nodeOptions(fileURLToPath(new URL('../../src/main.ts', import.meta.url)));

/** A client that keeps its one connection, as Prometheus does. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** One scrape; gives the body, compressed as it came. */
export function scrape(port: number, headers: Headers): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/metrics', headers, agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(parts));
        else reject(new Error(`port ${port} answered ${response.statusCode ?? 'nothing'}`));
      });
    }).on('error', reject);
  });
}

/** A server in a process of its own. */
export class MeasuredServer {
  readonly kind: Kind;
  readonly #child: ChildProcess;
  readonly #port: number;

  private constructor(kind: Kind, child: ChildProcess, port: number) {
    this.kind = kind;
    this.#child = child;
    this.#port = port;
  }

  static async start(kind: Kind, series: number): Promise<MeasuredServer> {
    const options = kind === 'prom-client' ? [] : ourOptions;
    const child = fork(fileURLToPath(new URL('server.ts', import.meta.url)), [kind, String(series)], {
      execArgv: [...process.execArgv, ...options],
    });
    const [{ port }] = (await once(child, 'message')) as [Extract<Answer, { port: number }>];
    return new MeasuredServer(kind, child, port);
  }

  scrape(headers: Headers): Promise<Buffer> {
    return scrape(this.#port, headers);
  }

  /** Milliseconds of CPU for one scrape, the mean of some; every series has a new value in each. */
  async cpuPerScrape(headers: Headers, scrapes: number): Promise<number> {
    const before = await this.#usage();
    for (let count = 0; count < scrapes; count += 1) {
      await this.ask('refresh');
      await this.scrape(headers);
    }
    return ((await this.#usage()) - before) / scrapes;
  }

  async ask(what: Ask): Promise<Answer> {
    this.#child.send(what);
    const [answer] = (await once(this.#child, 'message')) as [Answer];
    return answer;
  }

  stop(): void {
    this.#child.kill();
  }

  async #usage(): Promise<number> {
    return ((await this.ask('usage')) as Extract<Answer, { cpuMilliseconds: number }>).cpuMilliseconds;
  }
}
