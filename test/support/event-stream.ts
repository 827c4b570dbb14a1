import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';

export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** A client of server-sent events that keeps what it was told. */
export interface EventClient {
  readonly response: IncomingMessage;
  readonly events: readonly ServerEvent[];
  /** As Last-Event-ID of the next connection. */
  readonly lastId: () => string;
  /** Everything that came, comments included. */
  readonly text: () => string;
  readonly ended: () => boolean;
  readonly leave: () => void;
}

export async function followEvents(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventClient> {
  const asked: ClientRequest = request(url, { headers: { ...headers }, agent: false }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const events: ServerEvent[] = [];
  let [all, rest, id, ended] = ['', '', '', false];
  response.setEncoding('utf8').on('data', (chunk: string) => {
    all += chunk;
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.split(':')[0], line.slice(line.indexOf(':') + 2)]));
      id = fields.get('id') ?? id;
      const data = fields.get('data');
      if (data !== undefined) events.push({ id, event: fields.get('event') ?? '', data: JSON.parse(data) });
    }
  });
  response.on('close', () => (ended = true)).on('error', () => undefined);
  return {
    ...{ response, events },
    lastId: () => id,
    text: () => all,
    ended: () => ended,
    leave: () => {
      asked.destroy();
    },
  };
}
