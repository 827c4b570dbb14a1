import { duration } from '../../config/index.ts';
import { xidAdvice } from '../../gpu/index.ts';
import { detectorOptions, type Severity, type Verdict } from '../detector.ts';
import { span } from '../figure.ts';
import type { Machine } from './machine.ts';
import { machineDetector } from './machine-detector.ts';
import { Spell, type Found } from './spell.ts';

const reads = ['gradwatch_gpu_xid_errors_total', 'gradwatch_gpu_xid_last_timestamp_seconds'] as const;

/** By the class of the code in NVIDIA's Xid catalogue. */
const severities: Readonly<Record<string, Severity>> = { critical: 'critical', operator: 'warning' };
/** A channel of a process that ended is cleaned up: it follows another error, or a process that was killed. */
const cleanUp = '45';

const actions: Readonly<Record<string, string>> = {
  restart_node: 'Drain the node and restart it; a card off the bus needs a cold start.',
  reset_gpu: 'End what uses the card, and reset it (`nvidia-smi --gpu-reset`).',
  follow_workflow: "Follow the procedure that NVIDIA's Xid catalogue has for the code.",
  check_power: 'Check the power cables of the card.',
  update_driver: 'Update the driver or the firmware.',
  restart_vm: 'Restart the virtual machine.',
  restart_application: 'Restart the application; where the code comes again on the same card only, suspect the card.',
};
const otherwise = 'Look the code up in the Xid catalogue of NVIDIA.';

interface Event {
  readonly code: string;
  readonly severity: Severity;
  readonly action: string;
  readonly age: number;
}

/**
 * The driver reported an Xid error. It goes by the time of the last one, not by the rise of a counter, which misses the event with which
 * a series is born; so a restart of the exporter finds what is recent again, and nothing twice.
 */
export const gpuXid = machineDetector({
  kind: 'gpu_xid',
  subject: 'gpu',
  meaning: 'the driver reported an Xid error of a GPU',
  explains: [
    'gpu_lost',
    'gpu_ecc_uncorrectable',
    'gpu_repair_pending',
    'gpu_recovery_needed',
    'gpu_nvlink_degraded',
    'worker_lost',
    'stall',
  ],
  alert: 'own',
  endsWithRun: false,
  collectors: ['xid'],
  reads,
  options: detectorOptions({
    recent: duration({ default: '10m', min: '1s', max: '7d', help: 'Age up to which an error counts' }),
  }),
  start: () => new Map<string, Spell>(),
  observe(spells, machine, { recent }) {
    const events = new Map<string, Event[]>();
    const cards = new Map(machine.all('gradwatch_gpu_xid_errors_total').map(({ labels }) => [keyOf(labels), labels]));
    for (const { labels, value } of machine.all('gradwatch_gpu_xid_last_timestamp_seconds')) {
      const [key, code, age] = [keyOf(labels), labels.get('xid') ?? '', machine.time - value];
      if (Math.abs(age) >= recent) continue;
      // A recording may have the codes alone.
      const { class: kind, action } = xidAdvice(Number(code));
      const severity = (code === cleanUp ? undefined : severities[kind]) ?? 'info';
      const event = { code, severity, action, age: Math.max(0, age) };
      events.set(key, [...(events.get(key) ?? []), event].toSorted(byWeight));
    }
    for (const key of spells.keys()) if (!cards.has(key)) spells.delete(key);
    return [...cards].map(([key, labels]) => {
      const uuid = labels.get('uuid') ?? '';
      const spell = spells.get(key) ?? new Spell();
      spells.set(key, spell);
      const verdict = judge(spell, machine, labels.get('gpu') ?? '', events.get(key) ?? []);
      return { run: null, uuid: uuid === '' ? null : uuid, witness: key, verdict };
    });
  },
});

function judge(
  spell: Spell,
  { time }: Machine<(typeof reads)[number]>,
  gpu: string,
  events: readonly Event[],
): Verdict {
  return spell.judge(time, events.length > 0, { after: 0, calm: 0 }, (): Found => {
    const [first, ...others] = events;
    const also = others.length === 0 ? '' : `; beside it ${others.map(({ code }) => code).join(', ')}`;
    return {
      severity: first?.severity ?? 'info',
      score: events.length,
      threshold: 1,
      happenedAt: time - Math.min(...events.map(({ age }) => age)),
      cause: `GPU ${gpu} reported Xid ${first?.code ?? ''} ${span(Math.round(first?.age ?? 0))} ago (${(first?.action || 'unknown').replaceAll('_', ' ')})${also}.`,
      advice: actions[first?.action ?? ''] ?? otherwise,
    };
  });
}

/** The worst first, then the latest; what follows from others last of all. */
function byWeight(one: Event, other: Event): number {
  const order = ['critical', 'warning', 'info'];
  return (
    Number(one.code === cleanUp) - Number(other.code === cleanUp) ||
    order.indexOf(one.severity) - order.indexOf(other.severity) ||
    one.age - other.age
  );
}

/** A GPU, or the address of one that is not known. */
function keyOf(labels: ReadonlyMap<string, string>): string {
  return labels.get('uuid') || (labels.get('gpu') ?? '');
}
