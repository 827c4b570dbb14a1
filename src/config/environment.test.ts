import { expect, test } from 'vitest';
import { unknownVariables } from './environment.ts';

const known = ['GRADWATCH_GPU_INTERVAL', 'GRADWATCH_GPU_EXPECTED_DEVICES', 'GRADWATCH_HTTP_ADDRESS'].map(
  (variable) => ({
    variable,
  }),
);

test.each([
  ['GRADWATCH_GPU_INTERVALL', 'GRADWATCH_GPU_INTERVAL'],
  ['GRADWATCH_GPU_BEAT', 'GRADWATCH_GPU_INTERVAL'],
  ['GRADWATCH_HTPP_ADDRESS', 'GRADWATCH_HTTP_ADDRESS'],
  ['GRADWATCH_CONFIGS', 'GRADWATCH_CONFIG'],
  ['GRADWATCH_LISTEN_ADDRESS', 'GRADWATCH_HTTP_ADDRESS'],
  ['GRADWATCH_GPU_PORT', 'GRADWATCH_GPU_INTERVAL'],
  ['GRADWATCH_SERVICE_PORT', 'GRADWATCH_GPU_INTERVAL'],
])('%s is told, with %s and without its value', (name, nearest) => {
  expect(unknownVariables({ [name]: 'secret' }, known)).toEqual([
    { where: name, value: 'a value', expected: `no such variable; the nearest is ${nearest}` },
  ]);
});

test.each(['GRADWATCH_GPU_INTERVAL', 'GRADWATCH_CONFIG', 'GRADWATCH_ADDRESS', 'GRADWATCH_TLS_CA_FILE', 'PATH'])(
  '%s is left alone',
  (name) => {
    expect(unknownVariables({ [name]: '1s' }, known)).toEqual([]);
  },
);

test('what Kubernetes sets for Services of the namespace is left alone, and nothing but that', () => {
  const ofServices = ['GRADWATCH', 'GRADWATCH_GPU', 'GRADWATCH_SERVICE', 'GRADWATCH_PORT'].flatMap((service) =>
    [
      ...['SERVICE_HOST', 'SERVICE_PORT', 'SERVICE_PORT_HTTP', 'SERVICE_PORT_OF_GRPC', 'PORT', 'PORT_10420_TCP'],
      ...['PORT_10420_TCP_PROTO', 'PORT_10420_TCP_PORT', 'PORT_10420_TCP_ADDR'],
    ].map((name) => `${service}_${name}`),
  );
  const environment = Object.fromEntries(ofServices.map((name) => [name, '10.0.0.11']));
  expect(unknownVariables(environment, known)).toEqual([]);
  expect(
    unknownVariables({ ...environment, GRADWATCH_GRPC_PORT: '9000', GRADWATCH_HOST: 'a' }, known).map(
      ({ where }) => where,
    ),
  ).toEqual(['GRADWATCH_GRPC_PORT', 'GRADWATCH_HOST']);
});

test('what Docker sets for a link to a container is left alone, and nothing but that', () => {
  const ofLink = {
    GRADWATCH_NAME: '/trainer/gradwatch',
    GRADWATCH_PORT: 'tcp://172.17.0.5:9400',
    GRADWATCH_PORT_9400_TCP: 'tcp://172.17.0.5:9400',
    GRADWATCH_PORT_9400_TCP_ADDR: '172.17.0.5',
    GRADWATCH_PORT_9400_TCP_PORT: '9400',
    GRADWATCH_PORT_9400_TCP_PROTO: 'tcp',
    GRADWATCH_ENV_NODE_VERSION: '24.1.0',
  };
  expect(unknownVariables(ofLink, known)).toEqual([]);
  const { GRADWATCH_NAME: _, ...nameless } = ofLink;
  const told = (environment: Readonly<Record<string, string>>) =>
    unknownVariables(environment, known).map(({ where }) => where);
  expect(told({ ...nameless, GRADWATCH_NAME: 'gradwatch' })).toEqual([...Object.keys(nameless), 'GRADWATCH_NAME']);
  expect(told({ ...ofLink, GRADWATCH_GRPC_PORT: '9000' })).toEqual(['GRADWATCH_GRPC_PORT']);
});
