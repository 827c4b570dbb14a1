import { beatOptions, CollectorError } from '../collect/index.ts';
import { gauge } from '../series/index.ts';
import { requireLinux } from './linux-only.ts';
import { nodeCollector } from './node-collector.ts';
import { readProc } from './proc.ts';

const metrics = {
  allocated: gauge('gradwatch_node_file_descriptors', { help: 'Open files of the whole node' }),
  maximum: gauge('gradwatch_node_file_descriptors_max', { help: 'Files that the node can have open' }),
} as const;

/** Open files. The kernel counts them for the machine, in a container too. */
export const fileDescriptors = nodeCollector({
  name: 'file_descriptors',
  metrics,
  options: beatOptions({ what: 'open files', interval: { default: '15s', min: '1s', max: '5m' } }),
  create: ({ table, procRoot }, { interval }) => {
    const row = table.group([], metrics).row({});
    return {
      intervalSeconds: interval,
      budgetSeconds: 1,
      collect: () => {
        requireLinux('the number of open files');
        const numbers = parseFileNr(readProc(procRoot, 'sys/fs/file-nr'));
        if (numbers === null)
          throw new CollectorError('malformed', `${procRoot}/sys/fs/file-nr holds no three numbers`);
        row.set('allocated', numbers.allocated);
        row.set('maximum', numbers.maximum);
        return Promise.resolve();
      },
      expire: () => {
        row.clear('allocated');
        row.clear('maximum');
      },
    };
  },
});

/** Null for a text of another form. https://docs.kernel.org/admin-guide/sysctl/fs.html#file-max-file-nr */
export function parseFileNr(text: string): { readonly allocated: number; readonly maximum: number } | null {
  const [, allocated, free, maximum] = /^(\d{1,20})\s+(\d{1,20})\s+(\d{1,20})\s*$/.exec(text) ?? [];
  if (allocated === undefined || free === undefined || maximum === undefined) return null;
  return { allocated: Number(allocated) - Number(free), maximum: Number(maximum) };
}
