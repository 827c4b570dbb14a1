import { expect, test } from 'vitest';
import { misspelt } from './environment.ts';

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
])('%s is told, with %s', (name, nearest) => {
  expect(misspelt({ [name]: '1s' }, known)).toEqual([
    { where: name, value: '1s', expected: `no such variable; the nearest is ${nearest}` },
  ]);
});

test.each([
  ...[
    'GRADWATCH_GPU_INTERVAL',
    'GRADWATCH_CONFIG',
    'GRADWATCH_ADDRESS',
    'GRADWATCH_TLS_CA_FILE',
    'GRADWATCH_RUN',
    'PATH',
  ],
  ...['GRADWATCH_SERVICE_HOST', 'GRADWATCH_SERVICE_PORT_HTTP', 'GRADWATCH_PORT_10420_TCP_ADDR', 'GRADWATCH_GPU_PORT'],
])('%s is left alone', (name) => {
  expect(misspelt({ [name]: '1s' }, known)).toEqual([]);
});
