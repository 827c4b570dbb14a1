import { number } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import { nodeDetector } from './machine-detector.ts';
import { Rise } from './rise.ts';
import { cpuReads, CpuUse } from './run-use.ts';
import { patience, Spell } from './spell.ts';

const pressureWindow = 60;

/**
 * More tasks want to run than the node has CPUs: all of them are busy, and tasks wait for one (PSI, `some`). Either alone harms nobody: a
 * busy node may have nobody waiting, and on a large one some task waits now and then.
 */
export const hostCpuPressure = nodeDetector({
  kind: 'host_cpu_pressure',
  meaning: 'tasks of the node wait for its CPUs, which are all busy',
  explains: [
    'straggler',
    'slow_down',
    'throughput_regression',
    'step_outlier',
    'bottleneck',
    'slow_communication',
    'load_imbalance',
  ],
  alert: 'rank_degraded',
  collectors: ['cpu', 'pressure'],
  reads: [...cpuReads, 'gradwatch_node_pressure_waiting_seconds_total'],
  options: detectorOptions({
    busy: number({ default: 0.95, min: 0, max: 1, help: 'Use of all CPUs from which they are busy' }),
    waiting: number({
      default: 0.5,
      min: 0,
      max: 1,
      help: 'Share of the last minute in which a task waited for a CPU',
    }),
    ...patience('1m', '2m'),
  }),
  start: () => ({ cpus: new CpuUse(), waits: new Rise(pressureWindow), spell: new Spell() }),
  observe({ cpus, waits, spell }, machine, { busy: least, waiting: most, ...patient }) {
    cpus.push(machine);
    const waited = machine.read('gradwatch_node_pressure_waiting_seconds_total', { resource: 'cpu' });
    if (waited !== null) waits.push(machine.time, waited);
    const { busy } = cpus;
    if (busy === null || waited === null) return quiet;
    const waiting = waits.rise / pressureWindow;
    return spell.judge(machine.time, busy >= least && waiting >= most, patient, (seconds) => ({
      // It becomes as bad as what follows from it.
      severity: 'info',
      score: waiting,
      threshold: most,
      cause: `The CPUs of the node are ${figure(100 * busy)} % busy, and for ${figure(100 * waiting)} % of the last minute tasks waited for one, since ${span(seconds)}.`,
      advice:
        'Look at what else runs on the node; give the training CPUs of its own, or let fewer processes load data.',
    }));
  },
});
