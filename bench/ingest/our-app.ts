import { App } from '../../src/app.ts';
import { schema } from '../../src/catalogue.ts';
import { leaves, readConfig } from '../../src/config/index.ts';
import type { Started } from './messages.ts';

const quietly = (): void => undefined;

/** The exporter as it is deployed, without what looks at the machine; with the detectors that are on by default, or with none. */
export async function serveOurs(detecting: boolean): Promise<Started> {
  const off = detecting ? /^(node|kubernetes|gpu|gpu_detail|xid)\./ : /^(node|kubernetes|gpu|gpu_detail|xid|detect)\./;
  const switches = leaves(schema)
    .map(({ path }) => path)
    .filter((path) => off.test(path) && path.endsWith('.enabled'));
  const read = readConfig(schema, {
    flags: {
      ...Object.fromEntries(switches.map((path) => [path, 'false'])),
      'http.address': '127.0.0.1:0',
      'grpc.address': '127.0.0.1:0',
      'grpc.socket': 'none',
      // A bench is no training: it reports as fast as it can.
      'grpc.max_steps_per_second': '1000000',
    },
  });
  if ('mistakes' in read) throw new Error(JSON.stringify(read.mistakes));
  const app = new App(read.value, {
    logger: { debug: quietly, info: quietly, warn: quietly, error: quietly },
    lostLogLines: () => 0,
    nodeName: 'bench',
    readAgain: () => ({ configuration: read.value }),
    setLogLevel: quietly,
  });
  const { url, workers } = await app.start();
  return { port: Number(workers[0]?.split(':').at(-1)), metrics: `${url}/metrics` };
}
