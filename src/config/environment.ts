import { nearestOf } from './nearest.ts';

const prefix = 'GRADWATCH_';

/**
 * What Kubernetes sets for each service of a namespace: for one called `gradwatch` these begin as options do.
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
const ofService = /_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

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
    const nearest = nearestOf([...names], name);
    if (nearest?.isNear !== true && !groups.has(groupOf(name))) return [];
    return {
      where: name,
      value,
      expected: `no such variable${nearest === undefined ? '' : `; the nearest is ${nearest.name}`}`,
    };
  });
}

/** `GPU` of `GRADWATCH_GPU_INTERVAL`. */
function groupOf(name: string): string {
  return name.slice(prefix.length).split('_', 1)[0] ?? '';
}
