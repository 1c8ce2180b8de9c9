/** A pod over the Container Runtime Interface, as the kubelet makes one, for live tests. */
import { GrpcSocket } from '../../src/containers/grpc.ts';
import { bytesField, integerField } from '../../src/containers/protobuf.ts';
import { IMAGE, USER } from './image.ts';

const SERVICE = 'runtime.v1.RuntimeService';

export interface Pod {
  readonly sandboxId: string;
  readonly containerId: string;
}

/** What the pod is called; a pod in the network of the host needs no network plugin. */
export const POD = { name: 'web-0', namespace: 'shop', uid: 'u-1', label: ['app', 'web'] } as const;

/** NamespaceOption: the network of the node, a pid namespace for each container. */
const NAMESPACES = [integerField(1, 2), integerField(2, 1)];

/** Starts a pod with one container that runs a shell script, `use`s it and removes it. */
export async function withPod(
  socket: string,
  script: string,
  use: (pod: Pod) => Promise<void>,
): Promise<void> {
  const grpc = new GrpcSocket(socket);
  const call = (method: string, ...parts: Buffer[]) =>
    grpc.call(`${SERVICE}/${method}`, Buffer.concat(parts));
  const config = [
    message(1, bytesField(1, POD.name), bytesField(2, POD.uid), bytesField(3, POD.namespace)),
    message(6, bytesField(1, POD.label[0]), bytesField(2, POD.label[1])),
    message(5, integerField(2, 80), integerField(3, 8080), bytesField(4, '127.0.0.1')),
    message(8, message(2, message(1, ...NAMESPACES))),
  ];
  try {
    const sandboxId = (await call('RunPodSandbox', message(1, ...config))).text(1);
    try {
      const container = [
        message(1, bytesField(1, 'web')),
        message(2, bytesField(1, IMAGE)),
        ...['/bin/sh', '-c', script].map((word) => bytesField(3, word)),
        message(9, bytesField(1, 'tier'), bytesField(2, 'front')),
        // As a user and a group of the image.
        message(
          15,
          message(
            2,
            message(3, ...NAMESPACES),
            ...[5, 12].map((field) => message(field, integerField(1, USER.id))),
          ),
        ),
      ];
      const made = [bytesField(1, sandboxId), message(2, ...container), message(3, ...config)];
      const containerId = (await call('CreateContainer', ...made)).text(1);
      await call('StartContainer', bytesField(1, containerId));
      await use({ sandboxId, containerId });
    } finally {
      await call('StopPodSandbox', bytesField(1, sandboxId));
      await call('RemovePodSandbox', bytesField(1, sandboxId));
    }
  } finally {
    grpc.close();
  }
}

function message(field: number, ...parts: Buffer[]): Buffer {
  return bytesField(field, Buffer.concat(parts));
}
