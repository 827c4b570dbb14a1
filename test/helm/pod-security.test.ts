import { describe, expect, it } from 'vitest';
import { describeWithTools } from '../tools/tools.ts';
import { exporterPod, only, render } from './chart.ts';
import { brokenControls, type PodSpec } from './pod-security.ts';

describe('the check of the restricted profile', () => {
  it('misses no control on a pod that states nothing, or states the wrong', () => {
    const careless: PodSpec = { containers: [{ name: 'a', image: 'a' }] };
    expect(brokenControls(careless)).toEqual([
      'Privilege Escalation',
      'Running as Non-root',
      'Seccomp',
      'Capabilities',
    ]);
    const hostile: PodSpec = {
      hostPID: true,
      volumes: [{ name: 'root', hostPath: { path: '/' } }],
      securityContext: { runAsUser: 0, seccompProfile: { type: 'Unconfined' }, sysctls: [{ name: 'kernel.msgmax' }] },
      containers: [
        {
          name: 'a',
          image: 'a',
          ports: [{ name: 'a', containerPort: 1, hostPort: 1 }],
          livenessProbe: { httpGet: { path: '/', port: 1, host: '10.0.0.1' } },
          securityContext: {
            privileged: true,
            procMount: 'Unmasked',
            capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] },
            appArmorProfile: { type: 'Unconfined' },
            seLinuxOptions: { type: 'spc_t' },
            windowsOptions: { hostProcess: true },
          },
        },
      ],
    };
    expect(brokenControls(hostile)).toHaveLength(16);
  });
});

describeWithTools(['helm'], 'Pod Security of the chart', ({ helm }) => {
  it('is restricted by default, for the exporter and for the pod of `helm test`', () => {
    const manifests = render(helm);
    expect(brokenControls(exporterPod(manifests))).toEqual([]);
    expect(brokenControls(only(manifests, 'Pod').spec as unknown as PodSpec)).toEqual([]);
  });

  it('goes beyond it: fixed user, read-only root, no token of the API server', () => {
    const manifests = render(helm);
    const pod = exporterPod(manifests);
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 },
      containers: [{ securityContext: { readOnlyRootFilesystem: true } }],
    });
    expect(only(manifests, 'ServiceAccount')).toHaveProperty('automountServiceAccountToken', false);
    const writable = pod.volumes?.filter((volume) => 'emptyDir' in volume).map(({ name }) => name);
    const mounts = pod.containers[0]?.volumeMounts?.filter(({ name }) => writable?.includes(name));
    expect(mounts?.map(({ mountPath }) => mountPath)).toEqual(['/var/lib/gradwatch', '/tmp']);
  });

  it('stays restricted with every part on that is no opt-out', () => {
    const values = {
      grpc: { hostPort: { enabled: false }, socket: { enabled: false } },
      podResources: { enabled: false },
      host: { mounts: false, pid: false, network: false, kmsg: false, ptrace: false },
    };
    expect(brokenControls(exporterPod(render(helm, { files: ['ci/everything-values.yaml'], values })))).toEqual([]);
  });

  it('is left by the opt-outs in just what they need', () => {
    const broken = (grpc: unknown) => brokenControls(exporterPod(render(helm, { values: { grpc } })));
    expect(broken({ hostPort: { enabled: true } })).toEqual(['Host Ports']);
    expect(broken({ socket: { enabled: true } })).toEqual([
      'HostPath Volumes',
      'Volume Types',
      'Running as Non-root',
      'Running as Non-root user',
      'Capabilities',
    ]);
  });

  it('is left by the kubelet socket, as root without capabilities and with a mount that is read-only', () => {
    const pod = exporterPod(
      render(helm, { values: { podResources: { enabled: true }, grpc: { socket: { enabled: true } } } }),
    );
    const [exporter] = pod.containers;
    expect(exporter?.securityContext).toMatchObject({
      runAsUser: 0,
      capabilities: { drop: ['ALL'] },
      allowPrivilegeEscalation: false,
    });
    expect(exporter?.volumeMounts).toContainEqual({
      name: 'pod-resources',
      mountPath: '/var/lib/kubelet/pod-resources',
      readOnly: true,
    });
    // Root without capabilities writes only where it is the owner.
    expect(pod.initContainers?.[0]).toMatchObject({ args: ['/run/gradwatch', '0', '65532'] });
    const alone = exporterPod(render(helm, { values: { podResources: { enabled: true } } }));
    expect(brokenControls(alone)).toEqual([
      'HostPath Volumes',
      'Volume Types',
      'Running as Non-root',
      'Running as Non-root user',
    ]);
  });

  it('is left by the parts of the node in just what they need, and every mount of the node is read-only', () => {
    const pod = (host: unknown) => exporterPod(render(helm, { values: { host } }));
    expect(brokenControls(pod({ pid: true }))).toEqual(['Host Namespaces']);
    expect(brokenControls(pod({ network: true }))).toEqual(['Host Namespaces']);
    const mounted = pod({ mounts: true });
    expect(brokenControls(mounted)).toEqual(['HostPath Volumes', 'Volume Types']);
    const mounts = mounted.containers[0]?.volumeMounts?.filter(({ name }) => name.startsWith('host-'));
    expect(mounts).toEqual(
      ['proc', 'root', 'sys'].map((name) => ({
        name: `host-${name}`,
        mountPath: `/host/${name}`,
        readOnly: true,
        mountPropagation: 'HostToContainer',
      })),
    );
    const tracing = pod({ ptrace: true });
    expect(brokenControls(tracing)).toEqual(['Running as Non-root', 'Running as Non-root user', 'Capabilities']);
    expect(tracing.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: ['SYS_PTRACE'] },
      runAsNonRoot: false,
      runAsUser: 0,
    });
    expect(pod({ kmsg: true, ptrace: true }).containers[0]?.securityContext).toEqual({
      privileged: true,
      readOnlyRootFilesystem: true,
      runAsNonRoot: false,
      runAsUser: 0,
    });
  });
});
