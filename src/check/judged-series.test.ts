import { expect, it } from 'vitest';
import { schema } from '../catalogue.ts';
import { readConfig } from '../config/index.ts';
import { judgedSeries } from './judged-series.ts';

/** What is said of which option, with options as flags. */
function said(flags: Readonly<Record<string, string>>) {
  const read = readConfig(schema, { flags });
  if (!('value' in read)) throw new Error(JSON.stringify(read.mistakes));
  return judgedSeries(read.value).map(({ outcome, subject, says }) => `${outcome} ${subject}: ${says}`);
}
const series = 'detect.scalar_anomaly.series';
const limits = 'detect.scalar_anomaly.limits';
const temperature = 'gradwatch_gpu_temperature_celsius';

it('says nothing where all that is named can be there', () => {
  expect(said({})).toEqual([]);
  expect(
    said({ [series]: `gradwatch_gpu_*_celsius, reward, eval/*`, [limits]: `${temperature}>=90,reward<0` }),
  ).toEqual([]);
});

it('names series of the exporter that there are none of', () => {
  expect(said({ [series]: `gradwatch_gpu_temp, ${temperature}, gradwatch_gpux_*, reward` })).toEqual([
    `absent ${series}: no series is called gradwatch_gpu_temp, gradwatch_gpux_*`,
  ]);
  expect(said({ 'detect.memory_leak.series': 'gradwatch_ram' })).toEqual([
    'absent detect.memory_leak.series: no series is called gradwatch_ram',
  ]);
  expect(said({ 'detect.memory_leak.series': 'gradwatch_ram', 'detect.memory_leak.enabled': 'false' })).toEqual([]);
});

it('names limits of what is not judged', () => {
  const why = `absent ${limits}: detect.scalar_anomaly.series names no series for`;
  expect(said({ [limits]: `${temperature}>=90,reward<0` })).toEqual([`${why} ${temperature}>=90, reward<0`]);
  expect(said({ [series]: 'gradwatch_node_load*', [limits]: `${temperature}>=90,reward<0` })).toEqual([
    `${why} ${temperature}>=90`,
  ]);
  expect(said({ [limits]: 'reward<0', 'detect.scalar_anomaly.enabled': 'false' })).toEqual([]);
});
