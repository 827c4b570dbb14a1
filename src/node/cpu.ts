import { cpus, type CpuInfo } from 'node:os';
import { beatOptions, type CollectorContext, CollectorError } from '../collect/index.ts';
import { counter, gauge } from '../series/index.ts';
import { nodeCollector } from './node-collector.ts';
import { type CpuMode, parseProcStat } from './proc-stat.ts';
import { readProc } from './proc.ts';

const timeMetrics = {
  seconds: counter('gradwatch_node_cpu_seconds_total', {
    help: 'Time that all CPUs of the node together spent in each mode; user and nice contain the time of guests',
    labels: ['mode'],
  }),
} as const;

const countMetrics = {
  cpus: gauge('gradwatch_node_cpus', { help: 'Logical CPUs that are online' }),
} as const;

/** CPU time since boot and the number of CPUs. */
export const cpu = nodeCollector({
  name: 'cpu',
  metrics: { ...timeMetrics, ...countMetrics },
  options: beatOptions({ what: 'CPU time', interval: { default: '5s', min: '1s', max: '5m' } }),
  create: (context, { interval }) => {
    const times = context.table.group(['mode'], timeMetrics);
    const count = context.table.group([], countMetrics).row({});
    const shown = new Map<CpuMode, number>();
    return {
      intervalSeconds: interval,
      budgetSeconds: 1,
      collect: () => {
        const reading = readCpu(context);
        for (const [mode, seconds] of reading.seconds) {
          const value = withoutStepBack(seconds, shown.get(mode));
          shown.set(mode, value);
          times.row({ mode }).set('seconds', value);
        }
        count.set('cpus', reading.cpus);
        return Promise.resolve();
      },
      expire: () => {
        for (const mode of shown.keys()) times.row({ mode }).remove();
        shown.clear();
        count.clear('cpus');
      },
    };
  },
});

interface CpuReading {
  readonly seconds: ReadonlyMap<CpuMode, number>;
  readonly cpus: number;
}

/** @throws CollectorError `unreadable`, `malformed` */
function readCpu({ procRoot }: CollectorContext): CpuReading {
  if (process.platform !== 'linux') return cpuTimesOf(cpus());
  const stat = parseProcStat(readProc(procRoot, 'stat'));
  if (stat === null) throw new CollectorError('malformed', `${procRoot}/stat has no line of CPU times`);
  return { seconds: stat.cpuSeconds, cpus: stat.cpus };
}

/**
 * CPU times as `os.cpus()` gives them, in milliseconds. It is where systeminformation has its own raw counters from on systems other
 * than Linux, which it hands out only as differences between its callers.
 */
export function cpuTimesOf(infos: readonly CpuInfo[]): CpuReading {
  const sum = (pick: (times: CpuInfo['times']) => number) =>
    infos.reduce((total, { times }) => total + pick(times), 0) / 1000;
  return {
    seconds: new Map<CpuMode, number>([
      ['user', sum((times) => times.user)],
      ['nice', sum((times) => times.nice)],
      ['system', sum((times) => times.sys)],
      ['idle', sum((times) => times.idle)],
      ['irq', sum((times) => times.irq)],
    ]),
    cpus: infos.length,
  };
}

/** A step back of this many seconds or more is a new count, not a correction. */
const newCountSeconds = 3;

/**
 * The kernel now and then corrects idle and iowait downwards by a few ticks. A counter that falls reads as one that began anew, so
 * a small step back shows the value before it.
 * https://docs.kernel.org/filesystems/proc.html#miscellaneous-kernel-statistics-in-proc-stat (on iowait)
 */
export function withoutStepBack(seconds: number, shown: number | undefined): number {
  return shown !== undefined && seconds < shown && shown - seconds < newCountSeconds ? shown : seconds;
}
