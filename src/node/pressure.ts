import { join } from 'node:path';
import { beatOptions, CollectorError, SourceAbsent } from '../collect/index.ts';
import { counter } from '../series/index.ts';
import { readKernelFile } from './kernel-file.ts';
import { requireLinux } from './linux-only.ts';
import { nodeCollector } from './node-collector.ts';
import { parsePressure } from './pressure-file.ts';

const metrics = {
  waiting: counter('gradwatch_node_pressure_waiting_seconds_total', {
    help: 'Time in which at least one task was held up for want of the resource',
    labels: ['resource'],
  }),
  stalled: counter('gradwatch_node_pressure_stalled_seconds_total', {
    help: 'Time in which all tasks that were not idle were held up for want of the resource',
    labels: ['resource'],
  }),
} as const;

/** `irq` came with Linux 6.1 and is there only where the kernel accounts the time of interrupts. */
const resources = ['cpu', 'memory', 'io', 'irq'] as const;

/** The file is not there, or the kernel was built or booted (`psi=0`) without: libuv has one name for EOPNOTSUPP and ENOTSUP. */
const absent: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EOPNOTSUPP', 'ENOTSUP']);

/** Pressure stall information. The kernel tells it of the whole machine, in a container too. */
export const pressure = nodeCollector({
  name: 'pressure',
  metrics,
  options: beatOptions({ what: 'pressure stall information', interval: { default: '15s', min: '1s', max: '5m' } }),
  create: (context, { interval }) => {
    const group = context.table.group(['resource'], metrics);
    return {
      intervalSeconds: interval,
      budgetSeconds: 1,
      collect: () => {
        requireLinux('pressure stall information');
        let read = 0;
        for (const resource of resources) {
          const path = join(context.procRoot, 'pressure', resource);
          const file = readKernelFile(path);
          if ('code' in file) {
            if (absent.has(file.code)) continue;
            throw new CollectorError('unreadable', `cannot read ${path}: ${file.code}`);
          }
          const totals = parsePressure(file.text);
          if (totals === null) throw new CollectorError('malformed', `${path} has no line with a total`);
          read += 1;
          const row = group.row({ resource });
          if (totals.some !== null) row.set('waiting', totals.some);
          // Of CPU it is not defined for a whole machine; the kernel writes 0 so that old readers find a line.
          if (totals.full !== null && resource !== 'cpu') row.set('stalled', totals.full);
        }
        if (read > 0) return Promise.resolve();
        throw new SourceAbsent(
          'not_on_this_machine',
          `this kernel tells no pressure in ${context.procRoot}/pressure: it takes Linux 4.20, built with CONFIG_PSI and booted without psi=0`,
        );
      },
      expire: () => {
        for (const resource of resources) group.row({ resource }).remove();
      },
    };
  },
});
