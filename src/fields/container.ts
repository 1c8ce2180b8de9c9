/**
 * `container.*` and `proc.is_container_*`: the container that the process runs in. The id is known from
 * the control groups; all else is told by the container engine and is missing until it has answered.
 */
import { defineClass, REQUIRED_INDEX_OR_KEY, REQUIRED_KEY } from './define.ts';

export const CONTAINER_FIELDS = defineClass(
  {
    name: 'container',
    title: '',
    description:
      'The container that the process runs in. On the host `container.id` is `host` and most other fields are missing.',
    sources: ['syscall'],
  },
  [
    {
      name: 'container.id',
      type: 'CHARBUF',
      description: 'Id of the container, cut to 12 characters; `host` outside of containers.',
    },
    { name: 'container.full_id', type: 'CHARBUF', description: 'Id of the container in full length.' },
    {
      name: 'container.name',
      type: 'CHARBUF',
      description: 'Name of the container; `host` outside of containers.',
    },
    {
      name: 'container.image',
      type: 'CHARBUF',
      description: 'Image of the container as it was asked for, such as `docker.io/library/nginx:1.27`.',
    },
    { name: 'container.image.id', type: 'CHARBUF', description: 'Id of the image, a hash.' },
    {
      name: 'container.type',
      type: 'CHARBUF',
      description: 'Engine that runs the container: `docker`, `podman`, `containerd`, `cri-o` and the like.',
    },
    {
      name: 'container.privileged',
      type: 'BOOL',
      description: 'True for a container started as privileged.',
    },
    {
      name: 'container.mounts',
      type: 'CHARBUF',
      cost: 2,
      description: 'All mounts, `source:destination:mode:writable:propagation` each, joined by commas.',
    },
    {
      name: 'container.mount',
      type: 'CHARBUF',
      argument: REQUIRED_INDEX_OR_KEY,
      cost: 3,
      description:
        'One mount, by number from 0 or by a pattern that its source matches, in the form of `container.mounts`.',
    },
    {
      name: 'container.mount.source',
      type: 'CHARBUF',
      argument: REQUIRED_INDEX_OR_KEY,
      cost: 3,
      description: 'Source of one mount, by number or by a pattern that its destination matches.',
    },
    {
      name: 'container.mount.dest',
      type: 'CHARBUF',
      argument: REQUIRED_INDEX_OR_KEY,
      cost: 3,
      description: 'Destination of one mount, by number or by a pattern that its source matches.',
    },
    {
      name: 'container.mount.mode',
      type: 'CHARBUF',
      argument: REQUIRED_INDEX_OR_KEY,
      cost: 3,
      description: 'Mode of one mount, by number or by a pattern that its source matches.',
    },
    {
      name: 'container.mount.rdwr',
      type: 'CHARBUF',
      argument: REQUIRED_INDEX_OR_KEY,
      cost: 3,
      description: 'Whether one mount is writable, by number or by a pattern that its source matches.',
    },
    {
      name: 'container.mount.propagation',
      type: 'CHARBUF',
      argument: REQUIRED_INDEX_OR_KEY,
      cost: 3,
      description: 'Propagation of one mount, by number or by a pattern that its source matches.',
    },
    {
      name: 'container.image.repository',
      type: 'CHARBUF',
      description: 'Image without tag and digest, such as `docker.io/library/nginx`.',
    },
    { name: 'container.image.tag', type: 'CHARBUF', description: 'Tag of the image, such as `1.27`.' },
    { name: 'container.image.digest', type: 'CHARBUF', description: 'Digest of the image in its registry.' },
    {
      name: 'container.healthcheck',
      type: 'CHARBUF',
      description: 'Command that checks the health of the container; `NONE` when there is none.',
    },
    {
      name: 'container.liveness_probe',
      type: 'CHARBUF',
      description: 'Command of the liveness probe; `NONE` when there is none.',
    },
    {
      name: 'container.readiness_probe',
      type: 'CHARBUF',
      description: 'Command of the readiness probe; `NONE` when there is none.',
    },
    {
      name: 'container.start_ts',
      type: 'ABSTIME',
      description: 'Start of the container in nanoseconds since the epoch.',
    },
    { name: 'container.duration', type: 'RELTIME', description: 'Nanoseconds since the container started.' },
    { name: 'container.ip', type: 'CHARBUF', description: 'First address of the container.' },
    {
      name: 'container.cni.json',
      type: 'CHARBUF',
      description: 'What the container network interface reported, as JSON.',
    },
    {
      name: 'container.host_pid',
      type: 'BOOL',
      description: 'True for a container that shares the pid namespace of the host.',
    },
    {
      name: 'container.host_network',
      type: 'BOOL',
      description: 'True for a container that shares the network of the host.',
    },
    {
      name: 'container.host_ipc',
      type: 'BOOL',
      description: 'True for a container that shares the IPC namespace of the host.',
    },
    {
      name: 'container.label',
      type: 'CHARBUF',
      argument: REQUIRED_KEY,
      cost: 2,
      description: 'Value of one label, `container.label[NAME]` or `container.label.NAME`.',
    },
    {
      name: 'container.labels',
      type: 'CHARBUF',
      cost: 3,
      description: 'All labels, `name:value` joined by commas.',
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
