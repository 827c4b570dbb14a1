import { expect, it } from 'vitest';
import { schema } from '../../src/catalogue.ts';
import { explain, readConfig } from '../../src/config/index.ts';
import { describeWithTools } from '../tools/tools.ts';
import { chartFile, only, render, variants } from './chart.ts';

describeWithTools(['helm'], 'the configuration in the chart', ({ helm }) => {
  it.each(variants)('is one that the exporter takes with %s', (_, files) => {
    const text = only(render(helm, { files }), 'ConfigMap', 'gw-gradwatch').data!['gradwatch.yaml']!;
    const read = readConfig(schema, { file: { name: 'gradwatch.yaml', text } });
    expect('mistakes' in read ? read.mistakes.map(explain) : []).toEqual([]);
  });

  it('may have every group of the exporter, and no other', () => {
    const { properties } = JSON.parse(chartFile('values.schema.json')) as {
      properties: { config: { properties: Record<string, unknown> } };
    };
    expect(Object.keys(properties.config.properties)).toEqual(Object.keys(schema.entries));
  });
});
