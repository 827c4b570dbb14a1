import { expect, it } from 'vitest';
import { describeWithTools } from '../tools/tools.ts';
import { chart, chartFile, exporterPod, identities, only, render, run, variants } from './chart.ts';

describeWithTools(['helm'], 'the chart', ({ helm }) => {
  it.each(variants)('passes helm lint --strict with %s', (_, files) => {
    const output = run(helm, ['lint', '--strict', chart, ...files.flatMap((file) => ['-f', `${chart}/${file}`])]);
    expect(output).toContain('1 chart(s) linted, 0 chart(s) failed');
  });

  it('has the version of the package', () => {
    const { version } = JSON.parse(chartFile('../../package.json')) as { version: string };
    expect(chartFile('Chart.yaml')).toContain(`\nversion: ${version}\nappVersion: ${version}\n`);
  });

  it.each(variants)('puts release, namespace and labels on every object with %s', (_, files) => {
    for (const { kind, metadata } of render(helm, { files, release: 'gw' })) {
      expect(metadata.name, kind).toMatch(/^gw-gradwatch(-[a-z0-9-]+)?$/);
      expect(metadata.namespace, kind).toBe('monitoring');
      expect(metadata.labels, kind).toMatchObject({
        'app.kubernetes.io/name': 'gradwatch',
        'app.kubernetes.io/instance': 'gw',
        'app.kubernetes.io/managed-by': 'Helm',
      });
      if (files.length > 0) expect(metadata.labels, kind).toHaveProperty('team', 'platform');
    }
  });

  it.each(variants)('lets two releases share a namespace with %s', (_, files) => {
    const both = ['one', 'two'].flatMap((release) => identities(render(helm, { files, release })));
    expect(new Set(both).size).toBe(both.length);
    const selectors = ['one', 'two'].map(
      (release) => only(render(helm, { files, release }), 'Service', `${release}-gradwatch`).spec?.['selector'],
    );
    expect(selectors[0]).not.toEqual(selectors[1]);
  });

  it('follows the overrides of names and namespace, and keeps long names within the limit', () => {
    const values = { namespaceOverride: 'gpu', fullnameOverride: 'watch' };
    expect(identities(render(helm, { values }))).toContain('DaemonSet gpu/watch');
    // What becomes a label or a DNS name ends at 63 characters, ConfigMaps at 253.
    for (const { kind, metadata } of render(helm, { release: 'r'.repeat(53) })) {
      expect(metadata.name.length).toBeLessThanOrEqual(kind === 'ConfigMap' ? 253 : 63);
    }
  });

  it.each(variants)('selects by Services the pods of the DaemonSet and no others with %s', (_, files) => {
    const manifests = render(helm, { files });
    const { selector, template } = only(manifests, 'DaemonSet').spec as {
      selector: { matchLabels: Record<string, string> };
      template: { metadata: { labels: Record<string, string> } };
    };
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    for (const service of manifests.filter(({ kind }) => kind === 'Service')) {
      expect(service.spec?.['selector']).toEqual(selector.matchLabels);
    }
    expect(only(manifests, 'Pod').metadata.labels).not.toMatchObject(selector.matchLabels);
  });

  it('keeps workers on their own node, and gives Prometheus every node', () => {
    const manifests = render(helm);
    expect(only(manifests, 'Service', 'gw-gradwatch').spec).toMatchObject({
      type: 'ClusterIP',
      internalTrafficPolicy: 'Local',
      ports: [{ port: 10421, targetPort: 'grpc' }],
    });
    expect(only(manifests, 'Service', 'gw-gradwatch-metrics').spec).toMatchObject({
      clusterIP: 'None',
      ports: [{ port: 10420, targetPort: 'http' }],
    });
  });

  it('probes the health endpoints, tells the exporter its node, and asks the runtime for the GPUs', () => {
    const [container] = exporterPod(render(helm)).containers;
    expect(container).toMatchObject({
      args: ['serve', '--config', '/etc/gradwatch/gradwatch.yaml'],
      livenessProbe: { httpGet: { path: '/-/healthy', port: 'http' } },
      readinessProbe: { httpGet: { path: '/-/ready', port: 'http' } },
      ports: [
        { name: 'http', containerPort: 10420 },
        { name: 'grpc', containerPort: 10421 },
      ],
      env: [
        { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        { name: 'NVIDIA_VISIBLE_DEVICES', value: 'all' },
        { name: 'NVIDIA_DRIVER_CAPABILITIES', value: 'utility' },
      ],
    });
    const without = exporterPod(render(helm, { values: { gpu: { enabled: false } } })).containers[0];
    expect(without?.env?.map(({ name }) => name)).toEqual(['NODE_NAME']);
  });

  it('mounts the web configuration with the files that it names, and probes as the server can be asked', () => {
    const pod = (webConfig: object) => exporterPod(render(helm, { values: { http: { webConfig } } }));
    const { containers, volumes } = pod({ secretName: 'web', key: 'tls.yml', probes: 'HTTPS' });
    expect(volumes).toContainEqual({ name: 'web-config', secret: { secretName: 'web', defaultMode: 0o440 } });
    const mount = { name: 'web-config', mountPath: '/run/secrets/gradwatch-web', readOnly: true };
    expect(containers[0]?.volumeMounts).toContainEqual(mount);
    expect(containers[0]).toMatchObject({
      livenessProbe: { httpGet: { path: '/-/healthy', port: 'http', scheme: 'HTTPS' } },
      readinessProbe: { httpGet: { path: '/-/ready', port: 'http', scheme: 'HTTPS' } },
    });
    const { livenessProbe, readinessProbe } = pod({ secretName: 'web', probes: 'TCP' }).containers[0]!;
    for (const probe of [livenessProbe, readinessProbe]) {
      expect(probe).toMatchObject({ tcpSocket: { port: 'http' }, failureThreshold: 3 });
      expect(probe).not.toHaveProperty('httpGet');
    }
    expect(pod({}).volumes?.map(({ name }) => name)).not.toContain('web-config');
  });

  it('names no variable, mount or volume twice, and lets extraEnv take the place of the chart’s own', () => {
    const pod = exporterPod(render(helm, { files: ['ci/everything-values.yaml'] }));
    const [container] = pod.containers;
    const lists = [
      container!.env!.map(({ name }) => name),
      container!.volumeMounts!.map(({ mountPath }) => mountPath),
      pod.volumes!.map(({ name }) => name),
    ];
    for (const list of lists) expect(new Set(list).size).toBe(list.length);
    expect(container!.env).toContainEqual({ name: 'NVIDIA_VISIBLE_DEVICES', value: '0,1' });
    const volumes = new Set(lists[2]);
    for (const { name } of container!.volumeMounts!) expect(volumes).toContain(name);
  });

  it('pins the image by digest, takes the global registry, and names each pull secret once', () => {
    const image = (values: unknown) => exporterPod(render(helm, { values })).containers[0]?.image;
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(image({})).toMatch(/^gradwatch\/gradwatch:\d+\.\d+\.\d+$/);
    expect(image({ image: { registry: 'own.example', tag: 'x', digest } })).toBe(
      `own.example/gradwatch/gradwatch@${digest}`,
    );
    expect(image({ global: { imageRegistry: 'all.example' }, image: { registry: 'own.example', tag: 'x' } })).toBe(
      'all.example/gradwatch/gradwatch:x',
    );
    const { imagePullSecrets } = exporterPod(render(helm, { files: ['ci/everything-values.yaml'] })) as {
      imagePullSecrets?: unknown;
    };
    expect(imagePullSecrets).toEqual([{ name: 'shared' }, { name: 'own' }]);
  });

  it('opens a port of the node only when asked to, and never for two pods at a time', () => {
    const values = { grpc: { hostPort: { enabled: true, port: 4000 } } };
    expect(exporterPod(render(helm, { values })).containers[0]?.ports?.[1]).toMatchObject({
      containerPort: 10421,
      hostPort: 4000,
    });
    const surge = (maxSurge: unknown, grpc: unknown) =>
      render(helm, { values: { grpc, updateStrategy: { rollingUpdate: { maxSurge, maxUnavailable: 0 } } } });
    const message = /updateStrategy\.rollingUpdate\.maxSurge excludes grpc\.hostPort, grpc\.socket and host\.network/;
    expect(() => surge('10%', values.grpc)).toThrow(message);
    expect(() => surge(1, { socket: { enabled: true } })).toThrow(message);
    expect(() => surge(0, values.grpc)).not.toThrow();
    expect(() => surge(1, {})).not.toThrow();
  });

  it('admits by NetworkPolicy its two ports, from whom the values say, and nothing out', () => {
    expect(render(helm).some(({ kind }) => kind === 'NetworkPolicy')).toBe(false);
    const manifests = render(helm, { files: ['ci/everything-values.yaml'] });
    expect(only(manifests, 'NetworkPolicy').spec).toEqual({
      podSelector: { matchLabels: only(manifests, 'Service', 'gw-gradwatch').spec?.['selector'] },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          ports: [{ port: 'http', protocol: 'TCP' }],
          from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        },
        {
          ports: [{ port: 'grpc', protocol: 'TCP' }],
          from: [{ podSelector: { matchLabels: { gradwatch: 'worker' } } }],
        },
      ],
    });
  });
});

describeWithTools(['helm'], 'the notes after an installation', ({ helm }) => {
  const notes = (values: unknown): string =>
    run(
      helm,
      ['install', 'gw', chart, '--namespace', 'monitoring', '--dry-run=client', '-f', '-'],
      JSON.stringify(values),
    ).split('\nNOTES:\n')[1]!;

  it('say what a worker needs to find its exporter', () => {
    expect(notes({})).toContain('- name: GRADWATCH_ADDRESS\n        value: gw-gradwatch.monitoring.svc:10421\n');
    expect(notes({ grpc: { hostPort: { enabled: true } } })).toContain('value: $(HOST_IP):10421');
    expect(notes({ grpc: { socket: { enabled: true } } })).toContain('value: unix:/run/gradwatch/gradwatch.sock');
  });

  it('warn of what would go unseen', () => {
    const plain = notes({});
    expect(plain).toContain('WARNING: nothing tells Prometheus to scrape gw-gradwatch-metrics.monitoring.svc:10420.');
    expect(plain).toContain('WARNING: no alert rules are installed');
    expect(plain).toContain('WARNING: every pod of the cluster can report to port 10421.');
    expect(plain).toContain('set runtimeClassName=nvidia');
    expect(plain).not.toContain('Pod Security');
    const monitored = notes({ serviceMonitor: { enabled: true }, prometheusRule: { enabled: true } });
    expect(monitored).toContain('does not know the kind monitoring.coreos.com/v1 ServiceMonitor');
    expect(monitored).toContain('does not know the kind monitoring.coreos.com/v1 PrometheusRule');
    expect(monitored).toContain('set prometheus.releaseLabel');
    expect(monitored).toContain('until prometheusRule.grafanaUrl and prometheusRule.runbookUrl are set');
    expect(notes({ grpc: { hostPort: { enabled: true } } })).toContain('leave the restricted Pod Security profile');
  });
});
