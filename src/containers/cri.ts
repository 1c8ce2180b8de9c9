/**
 * The Container Runtime Interface, by which the kubelet commands containerd and CRI-O; API version v1. Field
 * numbers are those of k8s.io/cri-api, pkg/apis/runtime/v1/api.proto.
 */
import type { ByteString } from '../events/bytes.ts';
import type { ContainerMetadata, ContainerMount, PodMetadata } from '../system/container.ts';
import type { EngineClient } from './client.ts';
import { cniResult } from './cni.ts';
import { criImage } from './cri-image.ts';
import { GrpcError, GrpcSocket, NOT_FOUND } from './grpc.ts';
import { Json } from './json.ts';
import { bytesField, integerField, type Message } from './protobuf.ts';
import { keptLabels, portText } from './reading.ts';

const SERVICE = 'runtime.v1.RuntimeService';

/** Of ContainerStatus. */
const STATUS = {
  id: 1,
  metadata: 2,
  startedAt: 5,
  image: 8,
  imageRef: 9,
  labels: 12,
  mounts: 14,
  imageId: 17,
};
/** Of PodSandboxStatus. */
const SANDBOX = { id: 1, metadata: 2, createdAt: 4, network: 5, linux: 6, labels: 7 };
/** Of ContainerStatusResponse and PodSandboxStatusResponse. */
const RESPONSE = { status: 1, info: 2 };

/** NamespaceMode: the pod's containers are in the namespace of the node. */
const NODE = 2n;

/** By MountPropagation. */
const PROPAGATION: readonly ByteString[] = ['private', 'rslave', 'rshared'];

interface Answer {
  readonly status: Message;
  /** What the engine adds of its own, JSON whose form depends on the engine. */
  readonly info: Json;
}

export class CriClient implements EngineClient {
  readonly api = 'cri';
  readonly socket: string;
  readonly #grpc: GrpcSocket;
  readonly #labelLimit: number;

  /** `labelLimit`: values of labels that are longer, in bytes, are left out. */
  constructor(socket: string, labelLimit: number) {
    this.socket = socket;
    this.#grpc = new GrpcSocket(socket);
    this.#labelLimit = labelLimit;
  }

  async inspect(fullId: ByteString): Promise<ContainerMetadata | undefined> {
    const container = await this.#ask('ContainerStatus', fullId);
    // What is no container may be the sandbox of a pod, which has processes too.
    if (!container) return this.#inspectSandbox(fullId);
    const sandboxId = await this.#sandboxOf(fullId, container);
    const sandbox = sandboxId === '' ? undefined : await this.#ask('PodSandboxStatus', sandboxId);
    const { status, info } = container;
    const startedAt = status.integer(STATUS.startedAt);
    return {
      fullId: status.text(STATUS.id) || fullId,
      name: status.message(STATUS.metadata).text(1),
      ...criImage({
        name: status.message(STATUS.image).text(1),
        reference: status.text(STATUS.imageRef),
        id: status.text(STATUS.imageId),
        info,
      }),
      privileged: isPrivileged(info),
      mounts: status.messages(STATUS.mounts).map(mountOf),
      labels: keptLabels(status.map(STATUS.labels), this.#labelLimit),
      ...(startedAt > 0n ? { startTime: startedAt } : {}),
      ...(sandbox ? this.#sandboxFacts(sandbox) : {}),
    };
  }

  close(): void {
    this.#grpc.close();
  }

  async #inspectSandbox(id: ByteString): Promise<ContainerMetadata | undefined> {
    const sandbox = await this.#ask('PodSandboxStatus', id);
    if (!sandbox) return undefined;
    return {
      fullId: sandbox.status.text(SANDBOX.id) || id,
      startTime: sandbox.status.integer(SANDBOX.createdAt),
      ...this.#sandboxFacts(sandbox),
    };
  }

  #sandboxFacts({ status, info }: Answer): Partial<ContainerMetadata> {
    // LinuxPodSandboxStatus.namespaces, Namespace.options, then NamespaceOption.
    const namespaces = status.message(SANDBOX.linux).message(1).message(2);
    const metadata = status.message(SANDBOX.metadata);
    const ip = status.message(SANDBOX.network).text(1);
    const cniJson = cniResult(info);
    const pod: PodMetadata = {
      name: metadata.text(1),
      uid: metadata.text(2),
      namespace: metadata.text(3),
      sandboxId: status.text(SANDBOX.id),
      labels: keptLabels(status.map(SANDBOX.labels), this.#labelLimit),
      ip,
      cniJson,
    };
    return {
      ip,
      cniJson,
      ports: portsOf(info),
      hostNetwork: namespaces.integer(1) === NODE,
      hostPid: namespaces.integer(2) === NODE,
      hostIpc: namespaces.integer(3) === NODE,
      pod,
    };
  }

  /** The engines tell it in their information; the list tells it too, at the cost of a call. */
  async #sandboxOf(id: ByteString, { info }: Answer): Promise<ByteString> {
    const told = info.at('sandboxID').text();
    if (told !== '') return told;
    const filter = bytesField(1, id);
    const list = await this.#grpc.call(`${SERVICE}/ListContainers`, bytesField(1, filter));
    return list.messages(1)[0]?.text(2) ?? '';
  }

  /** A status with the engine's information; `undefined` when the engine does not know the id. */
  async #ask(method: 'ContainerStatus' | 'PodSandboxStatus', id: ByteString): Promise<Answer | undefined> {
    const verbose = integerField(2, 1);
    try {
      const answer = await this.#grpc.call(
        `${SERVICE}/${method}`,
        Buffer.concat([bytesField(1, id), verbose]),
      );
      const info = answer.map(RESPONSE.info).get('info') ?? '';
      return {
        status: answer.message(RESPONSE.status),
        info: Json.parse(Buffer.from(info, 'latin1').toString('utf8')),
      };
    } catch (error) {
      if (error instanceof GrpcError && error.code === NOT_FOUND) return undefined;
      throw error;
    }
  }
}

/** containerd repeats what the kubelet asked for; CRI-O says it itself. */
function isPrivileged(info: Json): boolean {
  return info.at('config', 'linux', 'security_context', 'privileged').flag() || info.at('privileged').flag();
}

/** By Protocol. */
const PROTOCOLS: readonly ByteString[] = ['tcp', 'udp', 'sctp'];

/** containerd repeats what the kubelet asked for the pod; CRI-O does not say. */
function portsOf(info: Json): ByteString[] {
  return info
    .at('config', 'port_mappings')
    .list()
    .filter((port) => Number(port.at('host_port').raw ?? 0) > 0)
    .map((port) => {
      const number = (key: string): number => Number(port.at(key).raw ?? 0);
      const protocol = PROTOCOLS[number('protocol')] ?? 'tcp';
      return portText(port.at('host_ip').text(), number('host_port'), number('container_port'), protocol);
    });
}

function mountOf(mount: Message): ContainerMount {
  return {
    source: mount.text(2),
    destination: mount.text(1),
    mode: '',
    writable: !mount.flag(3),
    propagation: PROPAGATION[Number(mount.integer(5))] ?? 'unknown',
  };
}
