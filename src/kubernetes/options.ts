import { beatOptions } from '../collect/index.ts';
import { list, options, text, type OptionValue } from '../config/index.ts';

const podResourcesOptions = options({
  ...beatOptions({
    what: 'which pod holds which GPU',
    interval: { default: '15s', min: '1s', max: '10m' },
  }).entries,
  socket: text({
    default: '/var/lib/kubelet/pod-resources/kubelet.sock',
    expected: 'the path of a socket',
    help: "The kubelet's pod-resources socket; a node without one is not a node of Kubernetes, which is fine",
  }),
  resources: list({
    default: 'nvidia.com/gpu,nvidia.com/mig-',
    of: 'beginnings of resource names',
    help: 'Resources that are GPUs: those whose name begins with one of these',
  }),
  drivers: list({
    default: 'gpu.nvidia.com',
    of: 'names of drivers',
    help: 'Drivers of dynamic resource allocation (DRA) whose devices are GPUs',
  }),
});

/** The group `kubernetes` of the configuration: one group for each collector. */
export const kubernetesOptions = options({ pod_resources: podResourcesOptions });

export type PodResourcesOptions = OptionValue<typeof podResourcesOptions>;
