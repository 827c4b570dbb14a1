import { beforeAll, describe, expect, it } from 'vitest';
import { isMap, isPair, parse, parseDocument, visit } from 'yaml';
import { describeWithTools } from '../tools/tools.ts';
import { chart, chartFile, identities, only, render } from './chart.ts';
import { readValues, valuesTable } from './values-table.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

const schema = JSON.parse(chartFile('values.schema.json')) as Schema;
const defaults = parse(chartFile('values.yaml')) as Record<string, unknown>;

describe('values.yaml', () => {
  it('tells of every value', () => {
    expect(readValues(chartFile('values.yaml')).undocumented).toEqual([]);
  });

  it('is what the table in the README says; `npx vitest run --project programs test/helm --update` writes it', async () => {
    const table = valuesTable(readValues(chartFile('values.yaml')).documented);
    const expected = chartFile('README.md').replace(
      /(?<=<!-- values -->\n\n).*?(?=\n\n<!-- \/values -->)/s,
      () => table,
    );
    expect(expected).toContain(table);
    await expect(expected).toMatchFileSnapshot(`${chart}/README.md`);
  });

  it('has the values of the schema, and no others', () => {
    const described = readValues(chartFile('values.yaml')).documented.map(({ path }) => path);
    // `enabled` is for the chart that depends on this one.
    expect(new Set(valuePaths(schema, new Set(described)))).toEqual(new Set([...described, 'enabled']));
  });
});

describe('readValues', () => {
  it('takes a described mapping whole, goes into any other, and names what has no comment', () => {
    const text = '# -- One.\n# More\na: {b: 1}\n\n# Group.\nc:\n  # -- Two | three\n  d: x\n  e: []\n';
    expect(readValues(text)).toEqual({
      documented: [
        { path: 'a', default: '{"b":1}', description: 'One. More' },
        { path: 'c.d', default: '"x"', description: 'Two | three' },
      ],
      undocumented: ['c.e'],
    });
    expect(valuesTable([{ path: 'c.d', default: '"x"', description: 'Two | three' }])).toContain('| Two \\| three |');
  });
});

describeWithTools(['helm'], 'values of the chart', ({ helm }) => {
  it.each([
    ['an unknown key', { replicas: 2 }, "additional properties 'replicas' not allowed"],
    [
      'an unknown key in a group',
      { grpc: { socket: { path: '/x' } } },
      "at '/grpc/socket': additional properties 'path' not allowed",
    ],
    [
      'an unknown group of the exporter',
      { config: { gpus: {} } },
      "at '/config': additional properties 'gpus' not allowed",
    ],
    ['text for a number', { grpc: { port: '10421' } }, "at '/grpc/port': got string, want integer"],
    [
      'text for a switch',
      { serviceMonitor: { enabled: 'yes' } },
      "at '/serviceMonitor/enabled': got string, want boolean",
    ],
    ['a port that is none', { http: { port: 70000 } }, "at '/http/port': maximum: got 70,000, want 65,535"],
    [
      'a tag where a digest belongs',
      { image: { digest: 'latest' } },
      "at '/image/digest': 'latest' does not match pattern",
    ],
    [
      'another way to probe',
      { http: { webConfig: { probes: 'https' } } },
      "at '/http/webConfig/probes': value must be one of 'HTTP', 'HTTPS', 'TCP'",
    ],
    ['a number as a label', { podLabels: { tier: 1 } }, "at '/podLabels/tier': got number, want string"],
  ])('refuse %s', (_, values, message) => {
    expect(() => render(helm, { values })).toThrow(message);
  });

  it('let a chart that depends on this one pass its condition and globals of others', () => {
    expect(() => render(helm, { values: { enabled: true, global: { storageClass: 'fast' } } })).not.toThrow();
  });

  let asByDefault: readonly string[];
  beforeAll(() => {
    asByDefault = identities(render(helm));
  });
  it.each(groupsOf(chartFile('values.yaml')))(
    'render the same objects when %s is absent, as after --reuse-values',
    (...path) => {
      const absent = path.reduceRight<unknown>((value, key) => ({ [key]: value }), null);
      expect(identities(render(helm, { values: absent }))).toEqual(asByDefault);
      expect(() => render(helm, { files: ['ci/everything-values.yaml'], values: absent })).not.toThrow();
    },
  );

  it('render with every value absent at once', () => {
    const absent = Object.fromEntries(Object.keys(defaults).map((key) => [key, null]));
    expect(identities(render(helm, { values: absent }))).toEqual(asByDefault);
  });

  const written = (values: unknown): unknown =>
    parse(only(render(helm, { values }), 'ConfigMap', 'gw-gradwatch').data!['gradwatch.yaml']!);

  it('become the configuration file of the exporter', () => {
    const state = { directory: '/var/lib/gradwatch' };
    expect(written({})).toEqual({ http: { address: ':10420' }, grpc: { address: '0.0.0.0:10421' }, state });
    const values = {
      config: { gpu: { interval: '2s' }, grpc: { max_connections: 5 }, state: { interval: '10s' } },
      http: { port: 9000 },
      grpc: { host: '[::]', port: 9001, token: { secretName: 's' }, socket: { enabled: true, directory: '/run/x' } },
    };
    expect(written(values)).toEqual({
      gpu: { interval: '2s' },
      http: { address: ':9000' },
      grpc: {
        address: '[::]:9001',
        token_file: '/run/secrets/gradwatch/token',
        socket: '/run/x/gradwatch.sock',
        max_connections: 5,
      },
      state: { ...state, interval: '10s' },
    });
    expect(written({ http: { webConfig: { secretName: 'web', key: 'tls.yml' } } })).toMatchObject({
      http: { address: ':10420', web_config_file: '/run/secrets/gradwatch-web/tls.yml' },
    });
    expect(written({ host: { mounts: true }, config: { system: { node_name: 'n' } } })).toMatchObject({
      system: { node_name: 'n', proc: '/host/proc', sys: '/host/sys', root: '/host/root' },
    });
    const podResources = { enabled: true, directory: '/var/lib/k0s/kubelet/pod-resources' };
    expect(written({ podResources, config: { kubernetes: { pod_resources: { interval: '30s' } } } })).toMatchObject({
      kubernetes: { pod_resources: { interval: '30s', socket: '/var/lib/k0s/kubelet/pod-resources/kubelet.sock' } },
    });
  });

  it.each([
    [{ http: { address: ':1' } }, 'config.http.address is set by the chart: set http.port instead'],
    [{ http: { web_config_file: '/w' } }, 'config.http.web_config_file is set by the chart'],
    [{ grpc: { address: ':1' } }, 'config.grpc.address is set by the chart: set grpc.host and grpc.port instead'],
    [{ grpc: { token_file: '/t' } }, 'config.grpc.token_file is set by the chart: set grpc.token.secretName instead'],
    [{ kubernetes: { pod_resources: { socket: '/s' } } }, 'config.kubernetes.pod_resources.socket is set by the chart'],
    [{ state: { directory: '/s' } }, 'config.state.directory is set by the chart'],
    [{ grpc: { socket: '/s' } }, 'config.grpc.socket is set by the chart: set grpc.socket.enabled instead'],
  ])('do not let the configuration contradict ports and mounts: %o', (config, message) => {
    expect(() => render(helm, { values: { config } })).toThrow(message);
  });

  it('replace the pods when the configuration changes, and only then', () => {
    const checksum = (values: unknown): unknown => {
      const { template } = only(render(helm, { values }), 'DaemonSet').spec as {
        template: { metadata: { annotations: Record<string, string> } };
      };
      return template.metadata.annotations['checksum/config'];
    };
    expect(checksum({ config: { gpu: { interval: '2s' } } })).not.toBe(checksum({}));
    expect(checksum({ commonLabels: { team: 'x' } })).toBe(checksum({}));
  });
});

/** The key paths of the groups in a values file: of each mapping that has keys. */
function groupsOf(text: string): readonly (readonly string[])[] {
  const groups: string[][] = [];
  visit(parseDocument(text), {
    Pair(_, { key, value }, ancestors) {
      if (!isMap(value) || value.items.length === 0) return;
      const above = ancestors.flatMap((node) => (isPair(node) ? [String(node.key)] : []));
      groups.push([...above, String(key)]);
    },
  });
  return groups;
}

/** The key paths of the values that a schema allows; a path in `whole` is not gone into. */
function valuePaths({ properties = {} }: Schema, whole: ReadonlySet<string>, above = ''): readonly string[] {
  return Object.entries(properties).flatMap(([key, inner]) => {
    const path = above + key;
    return whole.has(path) || inner.properties === undefined ? [path] : valuePaths(inner, whole, `${path}.`);
  });
}
