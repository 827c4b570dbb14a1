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
