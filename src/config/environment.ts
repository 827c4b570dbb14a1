import { nearestOf } from './nearest.ts';

/**
 * Variables of our other programs, which may have an environment in common with the exporter: of worker clients, of the stand-in
 * nvidia-smi and of the tests.
 */
const ofOthers: ReadonlySet<string> = new Set(
  [
    ...['ADDRESS', 'DISABLED', 'RUN', 'TOKEN', 'TLS_CA_FILE', 'TLS_CERT_FILE', 'TLS_KEY_FILE', 'TLS_SERVER_NAME'],
    ...['SIMULATE_CONTROL', 'CACHE', 'CAPTURES', 'PYTHON', 'PYTHON_TENSORFLOW', 'TOOLS'],
  ].map((name) => `GRADWATCH_${name}`),
);

/**
 * The variables that begin as those of options do and are none, each with the nearest. Their values are not told: what is not known may
 * be a secret.
 */
export function unknownVariables(
  environment: Readonly<Record<string, string | undefined>>,
  known: readonly { readonly variable: string }[],
): { readonly where: string; readonly value: string; readonly expected: string }[] {
  const options = [...known.map(({ variable }) => variable), 'GRADWATCH_CONFIG'];
  const names = new Set([...options, ...ofOthers]);
  const isOfService = servicesOf(environment);
  const isOfLink = linksOf(environment);
  return Object.entries(environment).flatMap(([name, value]) => {
    if (value === undefined || !name.startsWith('GRADWATCH_') || names.has(name)) return [];
    if (isOfService(name) || isOfLink(name)) return [];
    const nearest = nearestOf(options, name);
    return {
      where: name,
      value: 'a value',
      expected: `no such variable${nearest === undefined ? '' : `; the nearest is ${nearest.name}`}`,
    };
  });
}

/**
 * Tells the variables that Kubernetes sets for the Services of a namespace: for one called `gradwatch` these begin as options do. Each Service
 * that has any has the one that ends in `_SERVICE_HOST`.
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
function servicesOf(environment: Readonly<Record<string, string | undefined>>): (name: string) => boolean {
  const ending = '_SERVICE_HOST';
  const services = Object.keys(environment).flatMap((name) =>
    name.endsWith(ending) ? [name.slice(0, -ending.length)] : [],
  );
  return (name) =>
    services.some(
      (service) =>
        name.startsWith(service) && /^_(SERVICE_HOST|(SERVICE_)?PORT(_\w+)?)$/.test(name.slice(service.length)),
    );
}

/**
 * Tells the variables that Docker sets in a container with a link to another one: those of the alias `gradwatch` begin as options do. Each
 * link has one that ends in `_NAME`, with the names of both containers.
 * https://docs.docker.com/engine/network/links/#environment-variables
 */
function linksOf(environment: Readonly<Record<string, string | undefined>>): (name: string) => boolean {
  const ending = '_NAME';
  const links = Object.entries(environment).flatMap(([name, value]) =>
    name.endsWith(ending) && /^\/[\w.-]+\/[\w.-]+$/.test(value ?? '') ? [name.slice(0, -ending.length)] : [],
  );
  return (name) =>
    links.some((link) => name.startsWith(link) && /^_(NAME|ENV_\w+|PORT(_\w+)?)$/.test(name.slice(link.length)));
}
