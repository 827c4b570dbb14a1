const prefix = 'GRADWATCH_';

/**
 * What Kubernetes sets for each service of a namespace: for one called `gradwatch` these begin as options do.
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
const ofService = /_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/** As many characters may be wrong in a name that is taken for another one. */
const mostWrong = 2;

/**
 * Variables that were meant as options: of a group of options, or nearly of the name of one. Others that begin with the same word are
 * left alone, for workers read some from the same environment.
 */
export function misspelt(
  environment: Readonly<Record<string, string | undefined>>,
  known: readonly { readonly variable: string }[],
): { readonly where: string; readonly value: string; readonly expected: string }[] {
  const options = known.map(({ variable }) => variable);
  const names = new Set([...options, `${prefix}CONFIG`]);
  const groups = new Set(options.map((name) => groupOf(name)));
  return Object.entries(environment).flatMap(([name, value]) => {
    if (value === undefined || !name.startsWith(prefix) || names.has(name) || ofService.test(name)) return [];
    const nearest = [...names].map((option) => ({ option, wrong: distance(name, option) })).sort(byWrong)[0];
    const isNear = nearest !== undefined && nearest.wrong <= mostWrong;
    if (!isNear && !groups.has(groupOf(name))) return [];
    return {
      where: name,
      value,
      expected: `no such variable${nearest === undefined ? '' : `; the nearest is ${nearest.option}`}`,
    };
  });
}

function byWrong(one: { readonly wrong: number }, other: { readonly wrong: number }): number {
  return one.wrong - other.wrong;
}

/** `GPU` of `GRADWATCH_GPU_INTERVAL`. */
function groupOf(name: string): string {
  return name.slice(prefix.length).split('_', 1)[0] ?? '';
}

/** How many characters must be put in, taken out or changed to make one text of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let at = 0; at < one.length; at += 1) {
    const next = [at + 1];
    for (let to = 1; to <= other.length; to += 1) {
      const changed = (row[to - 1] ?? 0) + Number(other[to - 1] !== one[at]);
      next.push(Math.min(changed, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
