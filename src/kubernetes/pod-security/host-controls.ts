/** Controls on what a pod shares with its node. Source: Kubernetes' documentation, "Pod Security Standards". */
import type { FieldPath } from '../manifests/field-path.ts';
import { valueAt } from '../manifests/field-path.ts';
import { listOf, mapOf, shown, textOf } from '../manifests/manifest.ts';
import { containersOf } from '../manifests/pods.ts';
import { type Control, contextsOf, forbid, type Violation } from './control.ts';

const NAMESPACES = { hostNetwork: 'network', hostPID: 'processes', hostIPC: 'inter-process communication' };

/** Handlers that may name a host to connect to. */
const HANDLERS: readonly FieldPath[] = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];

export const HOST_CONTROLS: readonly Control[] = [
  {
    name: 'windowsHostProcess',
    title: 'Processes of a Windows host',
    profile: 'baseline',
    since: 0,
    check: (pod) =>
      contextsOf(pod)
        .filter(({ value }) => mapOf(value.windowsOptions)?.hostProcess === true)
        .map((context) =>
          forbid(
            context,
            ['windowsOptions', 'hostProcess'],
            'runs as a process of the Windows host',
            'remove hostProcess',
          ),
        ),
  },
  {
    name: 'hostNamespaces',
    title: 'Namespaces of the host',
    profile: 'baseline',
    since: 0,
    check: ({ spec }) =>
      Object.entries(NAMESPACES)
        .filter(([field]) => spec[field] === true)
        .map(([field, what]) => ({
          path: ['spec', field],
          message: `the pod shares the node's ${what}`,
          remedy: `remove ${field}`,
        })),
  },
  {
    name: 'hostPathVolumes',
    title: 'Directories of the host',
    profile: 'baseline',
    since: 0,
    check: ({ spec }) =>
      listOf(spec.volumes).flatMap((item, index): Violation[] => {
        const volume = mapOf(item);
        const hostPath = mapOf(volume?.hostPath);
        if (hostPath === undefined) return [];
        return [
          {
            path: ['spec', 'volumes', index, 'hostPath'],
            message: `volume ${textOf(volume?.name)} is ${textOf(hostPath.path)} of the node`,
            remedy: 'use another kind of volume, such as emptyDir or persistentVolumeClaim',
          },
        ];
      }),
  },
  {
    name: 'hostPorts',
    title: 'Ports of the host',
    profile: 'baseline',
    since: 0,
    check: (pod) =>
      containersOf(pod).flatMap(({ name, value, path }) =>
        listOf(value.ports).flatMap((port, index): Violation[] => {
          const hostPort = mapOf(port)?.hostPort ?? 0;
          if (hostPort === 0) return [];
          return [
            {
              path: [...path, 'ports', index, 'hostPort'],
              message: `container ${name} takes port ${shown(hostPort)} of the node`,
              remedy: 'remove hostPort and reach the pod through a Service',
              container: name,
            },
          ];
        }),
      ),
  },
  {
    name: 'hostProbesAndHostLifecycle',
    title: 'Hosts that probes and hooks connect to',
    profile: 'baseline',
    since: 34,
    check: (pod) =>
      containersOf(pod).flatMap(({ name, value, path }) =>
        HANDLERS.flatMap((handler) =>
          ['httpGet', 'tcpSocket'].map((action) => [...handler, action, 'host']),
        ).flatMap((field): Violation[] => {
          const host = textOf(valueAt(value, field));
          if (host === '') return [];
          const message = `container ${name} has the node connect to ${host}`;
          const remedy = 'remove host: the pod itself is asked then';
          return [{ path: [...path, ...field], message, remedy, container: name }];
        }),
      ),
  },
];
