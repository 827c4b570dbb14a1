import { loadavg } from 'node:os';
import { beatOptions, type CollectorContext, CollectorError } from '../collect/index.ts';
import { gauge } from '../series/index.ts';
import { nodeCollector } from './node-collector.ts';
import { readProc } from './proc.ts';

const metrics = {
  load1: gauge('gradwatch_node_load1', { help: 'Load average of the last minute' }),
  load5: gauge('gradwatch_node_load5', { help: 'Load average of the last 5 minutes' }),
  load15: gauge('gradwatch_node_load15', { help: 'Load average of the last 15 minutes' }),
} as const;

type LoadAverages = readonly [load1: number, load5: number, load15: number];

/** Load averages. */
export const load = nodeCollector({
  name: 'load',
  metrics,
  options: beatOptions({ what: 'load averages', interval: { default: '5s', min: '1s', max: '5m' } }),
  create: (context, { interval }) => {
    const row = context.table.group([], metrics).row({});
    return {
      intervalSeconds: interval,
      budgetSeconds: 1,
      collect: () => {
        const [load1, load5, load15] = readLoad(context);
        row.set('load1', load1);
        row.set('load5', load5);
        row.set('load15', load15);
        return Promise.resolve();
      },
      expire: () => {
        row.clear('load1');
        row.clear('load5');
        row.clear('load15');
      },
    };
  },
});

/** @throws CollectorError `unreadable`, `malformed`, `unsupported` */
function readLoad({ procRoot }: CollectorContext): LoadAverages {
  if (process.platform === 'win32') throw new CollectorError('unsupported', 'Windows has no load averages');
  if (process.platform !== 'linux') return loadavg() as [number, number, number];
  const averages = parseLoadavg(readProc(procRoot, 'loadavg'));
  if (averages === null) throw new CollectorError('malformed', `${procRoot}/loadavg does not begin with three numbers`);
  return averages;
}

/** Reads the text of `/proc/loadavg`, see proc_loadavg(5); null where it does not begin with three numbers. */
export function parseLoadavg(text: string): LoadAverages | null {
  const match = /^(\d+\.\d+) (\d+\.\d+) (\d+\.\d+) /.exec(text);
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3])];
}
