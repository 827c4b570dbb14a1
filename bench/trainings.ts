// npm run bench:trainings [-- --seeds 20] [--jobs 4] [--fault NAME] [--json | --markdown]: whether faults of small networks that are
// really trained are found and rightly named by a running exporter, and what it says of as many healthy trainings. What is found of each is told on
// standard error.
import { loadavg } from 'node:os';
import type { Finding } from '../src/findings/index.ts';
import { startExporter } from '../test/support/exporter.ts';
import { pythonWithTorch } from '../test/tools/python.ts';
import { markdown } from './detect/markdown.ts';
import { flagsOf } from './flags.ts';
import { print, row, rounds } from './report.ts';
import { faultClasses, twins, type FaultClass } from './trainings/faults.ts';
import { judge, ofMachine, warnings, type Judgement } from './trainings/judge.ts';
import { Launcher } from './trainings/launcher.ts';
import type { Plan } from './trainings/plan.ts';
import { faultRows, healthyRows, type Told } from './trainings/rows.ts';
import { findingsOf, run } from './trainings/run.ts';

/** A leak takes hours to be called one: caches fill for as long. These trainings last seconds. */
const leakLasts = '1m';
/** Trainings at a time that hardly need a CPU. */
const slowJobs = 10;

const flags = flagsOf({
  seeds: { type: 'string', default: '20' },
  jobs: { type: 'string', default: '4' },
  fault: { type: 'string' },
  json: { type: 'boolean' },
  markdown: { type: 'boolean' },
});
const chosen = faultClasses.filter(({ name }) => flags.fault === undefined || name.includes(flags.fault));

const python = pythonWithTorch();
if (python !== null) {
  const exporter = await startExporter([
    ...['--grpc.socket=none', '--gpu.enabled=false', `--detect.memory_leak.lasting=${leakLasts}`],
    ...['--runs.max_runs=4096', '--findings.keep_resolved=10000', '--findings.max_open=10000'],
  ]);
  const launcher = new Launcher(python, exporter.grpcAddress);
  const judgements = new Map<FaultClass, Judgement[]>(chosen.map((fault) => [fault, []]));
  const healthy: Told[] = [];
  const loads: number[] = [];

  const train = async (fault: FaultClass, plan: Plan): Promise<void> => {
    const { training, findings } = await run(launcher, exporter.url, plan, fault.kinds);
    loads.push(loadavg()[0] ?? NaN);
    if (plan.run.endsWith('healthy')) {
      const wrong = warnings(findings);
      healthy.push({ warnings: kindsOf(wrong), ofMachine: kindsOf(ofMachine(findings)) });
      tell(plan, wrong.length === 0 ? 'silent' : 'FALSE', wrong);
      return;
    }
    const judgement = judge(fault, training, findings);
    judgements.get(fault)?.push(judgement);
    const { found, rightRank, delay, others } = judgement;
    const verdict =
      found === null
        ? 'MISSED'
        : fault.ofRank && !rightRank
          ? 'WRONG RANK'
          : `found after ${delay ?? '-'} ${fault.delayUnit}`;
    tell(plan, verdict, found === null ? findings : [found, ...others]);
  };

  const jobsOf = (faults: readonly FaultClass[]) =>
    Array.from({ length: Number(flags.seeds) }, (_, seed) =>
      faults.flatMap((fault) => {
        const { healthy, faulty } = twins(fault, seed);
        return [faulty, healthy].map((plan) => () => train(fault, plan));
      }),
    ).flat();
  const quick = jobsOf(chosen.filter(({ stepSeconds }) => stepSeconds === undefined));
  const slow = jobsOf(chosen.filter(({ stepSeconds }) => stepSeconds !== undefined));
  const work = async (waiting: (() => Promise<void>)[]): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job();
  };
  // What has not begun by then is left out.
  process.once('SIGINT', () => {
    for (const waiting of [quick, slow]) waiting.splice(0);
  });
  const machine: string[] = [];
  try {
    await Promise.all([
      ...Array.from({ length: Number(flags.jobs) }, () => work(quick)),
      ...Array.from({ length: slowJobs }, () => work(slow)),
    ]);
    const about = (await findingsOf(exporter.url)).filter(({ subject }) => subject.run === null);
    machine.push(...about.map(({ kind, severity }) => `${severity} ${kind}`));
  } finally {
    await launcher.stop();
    await exporter.stop();
  }
  const rows = [...[...judgements].flatMap(([fault, each]) => faultRows(fault, each)), ...healthyRows(healthy)];
  const load = row(
    `the machine, load average meanwhile: ${flags.jobs} trainings at a time`,
    rounds(loads),
    'processes',
    'lower',
  );
  const found = row('findings about the machine', machine.length, `findings (${machine.join(', ')})`, 'lower');
  if (flags.markdown === true) console.log(markdown(rows));
  print('trainings', flags.markdown === true ? [load, found] : [...rows, load, found]);
}

function kindsOf(findings: readonly Finding[]): string[] {
  return findings.map(({ kind }) => kind);
}

function tell({ run, ranks, task, optimizer, fault }: Plan, verdict: string, findings: readonly Finding[]): void {
  const what =
    fault === null
      ? ''
      : ` ${fault.variant ?? ''} rank ${fault.rank ?? '-'} from ${fault.begins}, size ${fault.size.toPrecision(3)}`;
  console.error(`${run} (${task}, ${optimizer}, ${ranks} ranks${what}): ${verdict}`);
  for (const { kind, severity, subject, firstRank, detectedStep, cause, consequenceOf } of findings) {
    const rank = subject.rank ?? `${firstRank ?? '-'} first`;
    console.error(
      `    ${severity} ${kind}${consequenceOf === null ? '' : ' (consequence)'}, rank ${rank}, step ${detectedStep ?? '-'}: ${cause}`,
    );
  }
}
