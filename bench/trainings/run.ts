import type { Finding } from '../../src/findings/index.ts';
import { eventually } from '../../test/support/program.ts';
import type { Launcher, Training } from './launcher.ts';
import type { Plan } from './plan.ts';

/** For a training that ends by itself; the bound of one that hangs for a reason of its own. */
const endSeconds = 900;
/** A frozen process is noticed within the keepalive of 15 s, twice. */
const frozenSeconds = 40;
/** After it was found, for those that may come of the same. */
const settleSeconds = 3;

/**
 * Trains, until every rank has ended and the exporter knows it; where a frozen rank makes the others wait, until it was found by a right kind.
 * @param kinds those that are right
 * @returns what the exporter says of it
 */
export async function run(
  launcher: Launcher,
  url: string,
  plan: Plan,
  kinds: readonly string[],
): Promise<{ readonly training: Training; readonly findings: readonly Finding[] }> {
  const training = await launcher.start(plan);
  const timeoutSeconds = endSeconds;
  if (plan.fault?.variant === 'SIGSTOP') {
    await eventually(`${plan.run} to be frozen`, () => training.signalled ?? undefined, { timeoutSeconds });
    const isRight = ({ kind, openedAt }: Finding) => kinds.includes(kind) && openedAt > (training.signalled ?? 0);
    const found = async () => (await findingsOf(url, plan.run)).some(isRight) || undefined;
    await eventually('a finding', found, { timeoutSeconds: frozenSeconds }).catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, settleSeconds * 1000));
    const findings = await findingsOf(url, plan.run);
    launcher.kill(training);
    return { training, findings };
  }
  try {
    const ended = () => (training.exits.size === plan.ranks ? true : undefined);
    await eventually(`all ranks of ${plan.run} to end`, ended, { timeoutSeconds });
    await eventually(`the exporter to know it`, async () => (await hasEnded(url, plan)) || undefined);
  } catch (error) {
    throw new Error(`${String(error)}\n${launcher.errors}`, { cause: error });
  }
  return { training, findings: await findingsOf(url, plan.run) };
}

/** About a run, or about all there is. */
export async function findingsOf(url: string, run?: string): Promise<readonly Finding[]> {
  const about = run === undefined ? '' : `run=${run}&`;
  const { findings } = (await (await fetch(`${url}/api/v1/findings?${about}limit=1000`)).json()) as {
    findings: readonly Finding[];
  };
  return findings;
}

async function hasEnded(url: string, { run, ranks }: Plan): Promise<boolean> {
  const { runs } = (await (await fetch(`${url}/api/v1/runs?run=${run}`)).json()) as {
    runs: readonly { readonly ranks: readonly { readonly endedAt: number | null }[] }[];
  };
  return runs[0]?.ranks.length === ranks && runs[0].ranks.every(({ endedAt }) => endedAt !== null);
}
