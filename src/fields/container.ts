/**
 * `container.*` and `proc.is_container_*`: the container that the process runs in. The id is known from
 * the control groups; all else is told by the container engine and is missing until it has answered.
 */
import { labelsText, metadata, mountText, ofMount, startTime } from './container-read.ts';
import { defineClass, REQUIRED_INDEX_OR_KEY, REQUIRED_KEY } from './define.ts';
import { integer } from './number.ts';

export const CONTAINER_FIELDS = defineClass(
  {
    name: 'container',
    title: '',
    description:
      'The container that the process runs in. On the host `container.id` and `container.name` are `host` and other texts are empty.',
    sources: ['syscall'],
  },
  [
    {
      name: 'container.id',
      type: 'CHARBUF',
      description: 'Id of the container, cut to 12 characters; `host` outside of containers.',
      read: ({ thread }) => thread && (thread.containerId || 'host'),
    },
    {
      name: 'container.full_id',
      type: 'CHARBUF',
      late: true,
      description: 'Id of the container in full length.',
      read: (context) => metadata(context)?.fullId,
    },
    {
      name: 'container.name',
      type: 'CHARBUF',
      late: true,
      description: 'Name of the container; `host` outside of containers.',
      read: (context) => metadata(context)?.name,
    },
    {
      name: 'container.image',
      type: 'CHARBUF',
      late: true,
      description: 'Image of the container as it was asked for, such as `docker.io/library/nginx:1.27`.',
      read: (context) => metadata(context)?.image,
    },
    {
      name: 'container.image.id',
      type: 'CHARBUF',
      late: true,
      description: 'Id of the image, a hash.',
      read: (context) => metadata(context)?.imageId,
    },
    {
      name: 'container.type',
      type: 'CHARBUF',
      description: 'Engine that runs the container: `docker`, `podman`, `containerd`, `cri-o` and the like.',
      read: ({ thread }) => thread?.containerType,
    },
    {
      name: 'container.privileged',
      type: 'BOOL',
      late: true,
      description: 'True for a container started as privileged.',
      read: (context) => metadata(context)?.privileged,
    },
    {
      name: 'container.mounts',
      type: 'CHARBUF',
      late: true,
      cost: 2,
      description: 'All mounts, `source:destination:mode:writable:propagation` each, joined by commas.',
      read: (context) => metadata(context)?.mounts?.map(mountText).join(','),
    },
    {
      name: 'container.mount',
      type: 'CHARBUF',
      late: true,
      argument: REQUIRED_INDEX_OR_KEY,
      cost: 3,
      description:
        'One mount, by number from 0 or by a pattern that its source matches, in the form of `container.mounts`.',
      read: (context, which) => ofMount(context, which, mountText),
    },
    {
      name: 'container.mount.source',
      type: 'CHARBUF',
      late: true,
      argument: REQUIRED_INDEX_OR_KEY,
      cost: 3,
      description: 'Source of one mount, by number or by a pattern that its destination matches.',
      read: (context, which) => ofMount(context, which, ({ source }) => source, 'destination'),
    },
    {
      name: 'container.mount.dest',
      type: 'CHARBUF',
      late: true,
      argument: REQUIRED_INDEX_OR_KEY,
      cost: 3,
      description: 'Destination of one mount, by number or by a pattern that its source matches.',
      read: (context, which) => ofMount(context, which, ({ destination }) => destination),
    },
    {
      name: 'container.mount.mode',
      type: 'CHARBUF',
      late: true,
      argument: REQUIRED_INDEX_OR_KEY,
      cost: 3,
      description: 'Mode of one mount, by number or by a pattern that its source matches.',
      read: (context, which) => ofMount(context, which, ({ mode }) => mode),
    },
    {
      name: 'container.mount.rdwr',
      type: 'CHARBUF',
      late: true,
      argument: REQUIRED_INDEX_OR_KEY,
      cost: 3,
      description: 'Whether one mount is writable, by number or by a pattern that its source matches.',
      read: (context, which) => ofMount(context, which, ({ writable }) => String(writable)),
    },
    {
      name: 'container.mount.propagation',
      type: 'CHARBUF',
      late: true,
      argument: REQUIRED_INDEX_OR_KEY,
      cost: 3,
      description: 'Propagation of one mount, by number or by a pattern that its source matches.',
      read: (context, which) => ofMount(context, which, ({ propagation }) => propagation),
    },
    {
      name: 'container.ports',
      type: 'CHARBUF',
      late: true,
      description:
        'Ports that the container publishes, such as `127.0.0.1:8080->80/tcp`, joined by commas. Not in Falco.',
      read: (context) => metadata(context)?.ports?.join(','),
    },
    {
      name: 'container.image.repository',
      type: 'CHARBUF',
      late: true,
      description: 'Image without tag and digest, such as `docker.io/library/nginx`.',
      read: (context) => metadata(context)?.imageRepository,
    },
    {
      name: 'container.image.tag',
      type: 'CHARBUF',
      late: true,
      description: 'Tag of the image, such as `1.27`.',
      read: (context) => metadata(context)?.imageTag,
    },
    {
      name: 'container.image.digest',
      type: 'CHARBUF',
      late: true,
      description: 'Digest of the image in its registry.',
      read: (context) => metadata(context)?.imageDigest,
    },
    {
      name: 'container.healthcheck',
      type: 'CHARBUF',
      late: true,
      description: 'Command that checks the health of the container; `NONE` when there is none.',
      read: (context) => metadata(context)?.healthcheck,
    },
    {
      name: 'container.liveness_probe',
      type: 'CHARBUF',
      late: true,
      description: 'Command of the liveness probe; `NONE` when there is none.',
      read: (context) => metadata(context)?.livenessProbe,
    },
    {
      name: 'container.readiness_probe',
      type: 'CHARBUF',
      late: true,
      description: 'Command of the readiness probe; `NONE` when there is none.',
      read: (context) => metadata(context)?.readinessProbe,
    },
    {
      name: 'container.start_ts',
      type: 'ABSTIME',
      description: 'Start of the container in nanoseconds since the epoch.',
      read: (context) => {
        const start = startTime(context);
        return start === undefined ? undefined : integer(start);
      },
    },
    {
      name: 'container.duration',
      type: 'RELTIME',
      description: 'Nanoseconds since the container started.',
      read: (context) => {
        const start = startTime(context);
        return start === undefined ? undefined : integer(context.event.timestamp - start);
      },
    },
    {
      name: 'container.ip',
      type: 'CHARBUF',
      late: true,
      description: 'First address of the container.',
      read: (context) => metadata(context)?.ip,
    },
    {
      name: 'container.cni.json',
      type: 'CHARBUF',
      late: true,
      description: 'What the container network interface reported, as JSON.',
      read: (context) => metadata(context)?.cniJson,
    },
    {
      name: 'container.host_pid',
      type: 'BOOL',
      late: true,
      description: 'True for a container that shares the pid namespace of the host.',
      read: (context) => metadata(context)?.hostPid,
    },
    {
      name: 'container.host_network',
      type: 'BOOL',
      late: true,
      description: 'True for a container that shares the network of the host.',
      read: (context) => metadata(context)?.hostNetwork,
    },
    {
      name: 'container.host_ipc',
      type: 'BOOL',
      late: true,
      description: 'True for a container that shares the IPC namespace of the host.',
      read: (context) => metadata(context)?.hostIpc,
    },
    {
      name: 'container.label',
      type: 'CHARBUF',
      late: true,
      argument: REQUIRED_KEY,
      cost: 2,
      description: 'Value of one label, `container.label[NAME]` or `container.label.NAME`.',
      read: (context, key) => metadata(context)?.labels?.get(key ?? ''),
    },
    {
      name: 'container.labels',
      type: 'CHARBUF',
      late: true,
      cost: 3,
      description:
        'All labels, `name:value` joined by commas; those that Kubernetes sets for itself are left out.',
      read: (context) => labelsText(metadata(context)?.labels),
    },
    {
      name: 'proc.is_container_healthcheck',
      type: 'BOOL',
      deprecated: true,
      description: 'True for the process that runs the health check of the container.',
    },
    {
      name: 'proc.is_container_liveness_probe',
      type: 'BOOL',
      deprecated: true,
      description: 'True for the process that runs the liveness probe of the container.',
    },
    {
      name: 'proc.is_container_readiness_probe',
      type: 'BOOL',
      deprecated: true,
      description: 'True for the process that runs the readiness probe of the container.',
    },
  ],
);
