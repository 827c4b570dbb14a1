/** What the Pod Security Standards look at in a pod, and what the tests of the chart look at besides. */
export interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext?: SecurityContext & { readonly sysctls?: readonly { readonly name: string }[] };
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number; readonly hostPort?: number }[];
  readonly securityContext?: SecurityContext;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string | number; readonly host?: string };
  readonly tcpSocket?: { readonly host?: string };
}

interface SecurityContext {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly procMount?: string;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly seccompProfile?: { readonly type: string };
  readonly appArmorProfile?: { readonly type: string };
  readonly seLinuxOptions?: { readonly type?: string; readonly user?: string; readonly role?: string };
  readonly windowsOptions?: { readonly hostProcess?: boolean };
}

type Rule = (pod: PodSpec, containers: readonly Container[]) => boolean;

const volumeTypes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const safeSysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
];
const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const seccompTypes = ['RuntimeDefault', 'Localhost'];

/**
 * The controls of the `restricted` profile, which holds those of `baseline`, each true for a pod that keeps it.
 * Source: Kubernetes documentation, "Pod Security Standards".
 */
const controls: Readonly<Record<string, Rule>> = {
  'Host Namespaces': (pod) => !pod.hostNetwork && !pod.hostPID && !pod.hostIPC,
  'Privileged Containers': (_, containers) => containers.every((one) => !one.securityContext?.privileged),
  HostProcess: (pod, containers) => contexts(pod, containers).every((context) => !context.windowsOptions?.hostProcess),
  'HostPath Volumes': (pod) => (pod.volumes ?? []).every((volume) => !('hostPath' in volume)),
  'Host Ports': (_, containers) =>
    containers.every((one) => (one.ports ?? []).every(({ hostPort }) => (hostPort ?? 0) === 0)),
  'Host Probes': (_, containers) =>
    containers.every((one) =>
      [one.livenessProbe, one.readinessProbe].every((probe) => !probe?.httpGet?.host && !probe?.tcpSocket?.host),
    ),
  AppArmor: (pod, containers) =>
    contexts(pod, containers).every(({ appArmorProfile }) => appArmorProfile?.type !== 'Unconfined'),
  SELinux: (pod, containers) =>
    contexts(pod, containers).every(
      ({ seLinuxOptions: options }) => seLinuxTypes.includes(options?.type ?? '') && !options?.user && !options?.role,
    ),
  '/proc Mount Type': (_, containers) =>
    containers.every((one) => (one.securityContext?.procMount ?? 'Default') === 'Default'),
  Sysctls: (pod) => (pod.securityContext?.sysctls ?? []).every(({ name }) => safeSysctls.includes(name)),
  'Volume Types': (pod) =>
    (pod.volumes ?? []).every((volume) =>
      Object.keys(volume).every((key) => key === 'name' || volumeTypes.includes(key)),
    ),
  'Privilege Escalation': (_, containers) =>
    containers.every((one) => one.securityContext?.allowPrivilegeEscalation === false),
  'Running as Non-root': (pod, containers) =>
    containers.every((one) => one.securityContext?.runAsNonRoot ?? pod.securityContext?.runAsNonRoot ?? false),
  'Running as Non-root user': (pod, containers) =>
    contexts(pod, containers).every(({ runAsUser }) => runAsUser === undefined || runAsUser !== 0),
  Seccomp: (pod, containers) =>
    containers.every((one) =>
      seccompTypes.includes((one.securityContext?.seccompProfile ?? pod.securityContext?.seccompProfile)?.type ?? ''),
    ),
  Capabilities: (_, containers) =>
    containers.every(
      ({ securityContext: { capabilities } = {} }) =>
        (capabilities?.drop ?? []).includes('ALL') &&
        (capabilities?.add ?? []).every((name) => name === 'NET_BIND_SERVICE'),
    ),
};

/** The controls of the restricted profile that a pod breaks, by the names that the standard gives them. */
export function brokenControls(pod: PodSpec): readonly string[] {
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  return Object.entries(controls)
    .filter(([, kept]) => !kept(pod, containers))
    .map(([name]) => name);
}

function contexts(pod: PodSpec, containers: readonly Container[]): readonly SecurityContext[] {
  return [pod.securityContext ?? {}, ...containers.map((one) => one.securityContext ?? {})];
}
