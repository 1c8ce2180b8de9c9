/**
 * containerd's own API, for containers that were not started through the Container Runtime Interface (`ctr`,
 * nerdctl). Field numbers are those of github.com/containerd/containerd, api/services and api/types.
 */
import type { ByteString } from '../events/bytes.ts';
import type { ContainerMetadata, ContainerMount } from '../system/container.ts';
import type { EngineClient } from './client.ts';
import { GrpcError, GrpcSocket, NOT_FOUND } from './grpc.ts';
import { splitImageName } from './image-name.ts';
import { Json } from './json.ts';
import { bytesField, type Message } from './protobuf.ts';
import { keptLabels, podOfLabels, portText } from './reading.ts';

const SERVICES = 'containerd.services';

/** Of Container in containers.proto. */
const CONTAINER = { id: 1, labels: 2, image: 3, spec: 5, createdAt: 8 };

/** Name that nerdctl gives a container, and the ports that it publishes, as JSON. */
const NAME_LABEL = 'nerdctl/name';
const PORTS_LABEL = 'nerdctl/ports';

export class ContainerdClient implements EngineClient {
  readonly api = 'containerd';
  readonly socket: string;
  readonly #grpc: GrpcSocket;
  readonly #labelLimit: number;

  /** `labelLimit`: values of labels that are longer, in bytes, are left out. */
  constructor(socket: string, labelLimit: number) {
    this.socket = socket;
    this.#grpc = new GrpcSocket(socket);
    this.#labelLimit = labelLimit;
  }

  /** The cgroup's path does not always tell the namespace, so all are searched. */
  async inspect(fullId: ByteString): Promise<ContainerMetadata | undefined> {
    const list = await this.#grpc.call(`${SERVICES}.namespaces.v1.Namespaces/List`, Buffer.alloc(0));
    for (const namespace of list.messages(1).map((message) => message.text(1))) {
      const answer = await this.#ask('containers.v1.Containers/Get', fullId, namespace);
      if (answer) return this.#metadata(answer.message(1), fullId, namespace);
    }
    return undefined;
  }

  close(): void {
    this.#grpc.close();
  }

  async #metadata(container: Message, fullId: ByteString, namespace: ByteString): Promise<ContainerMetadata> {
    // A google.protobuf.Any whose value is the OCI runtime specification as JSON.
    const spec = Json.parse(container.message(CONTAINER.spec).bytes(2).toString('utf8'));
    const image = container.text(CONTAINER.image);
    const { repository, tag } = splitImageName(image);
    const labels = keptLabels(container.map(CONTAINER.labels), this.#labelLimit);
    const known = image === '' ? undefined : await this.#ask('images.v1.Images/Get', image, namespace);
    const created = container.message(CONTAINER.createdAt);
    const shares = (type: string): boolean => !namespacesOf(spec).includes(type);
    return {
      fullId: container.text(CONTAINER.id) || fullId,
      // Without a name of its own, a container has its id for a name, as in Falco.
      name: labels.get(NAME_LABEL) ?? (/^[0-9a-f]{64}$/.test(fullId) ? fullId.slice(0, 12) : fullId),
      image,
      imageRepository: repository,
      imageTag: tag,
      imageId: '',
      // Image.target, Descriptor.digest.
      imageDigest: known?.message(1).message(3).text(2) ?? '',
      privileged: isPrivileged(spec),
      mounts: mountsOf(spec),
      ports: portsOf(labels),
      labels,
      startTime: created.integer(1) * 1_000_000_000n + created.integer(2),
      ip: '',
      cniJson: '',
      hostPid: shares('pid'),
      hostNetwork: shares('network'),
      hostIpc: shares('ipc'),
      pod: podOfLabels(labels),
    };
  }

  /** `undefined` when there is no such thing in the namespace. */
  async #ask(method: string, id: ByteString, namespace: ByteString): Promise<Message | undefined> {
    try {
      const headers = { 'containerd-namespace': namespace };
      return await this.#grpc.call(`${SERVICES}.${method}`, bytesField(1, id), headers);
    } catch (error) {
      if (error instanceof GrpcError && error.code === NOT_FOUND) return undefined;
      throw error;
    }
  }
}

function namespacesOf(spec: Json): ByteString[] {
  return spec
    .at('linux', 'namespaces')
    .list()
    .map((namespace) => namespace.at('type').text());
}

/** containerd itself knows of no ports. */
function portsOf(labels: ReadonlyMap<ByteString, ByteString>): ByteString[] {
  return Json.parse(labels.get(PORTS_LABEL) ?? '')
    .list()
    .map((port) => {
      const number = (key: string): number => Number(port.at(key).raw ?? 0);
      const protocol = port.at('Protocol').text() || 'tcp';
      return portText(port.at('HostIP').text(), number('HostPort'), number('ContainerPort'), protocol);
    });
}

function mountsOf(spec: Json): ContainerMount[] {
  return spec
    .at('mounts')
    .list()
    .map((mount) => {
      const options = mount
        .at('options')
        .list()
        .map((option) => option.text());
      return {
        source: mount.at('source').text(),
        destination: mount.at('destination').text(),
        mode: options.find((option) => option.startsWith('mode='))?.slice('mode='.length) ?? '',
        writable: !options.includes('ro'),
        propagation: spec.at('linux', 'rootfsPropagation').text(),
      };
    });
}

/** containerd does not keep the flag, only what it does: nothing is hidden, forbidden or read-only then. */
function isPrivileged(spec: Json): boolean {
  const linux = spec.at('linux');
  const profile = spec.at('process', 'apparmorProfile').text();
  if (!linux.isPresent || linux.at('seccomp').isPresent) return false;
  if (linux.at('maskedPaths').list().length > 0 || linux.at('readonlyPaths').list().length > 0) return false;
  if (spec.at('process', 'selinuxLabel').text() !== '' || (profile !== '' && profile !== 'unconfined'))
    return false;
  const ofKernel = spec
    .at('mounts')
    .list()
    .filter((mount) => ['sysfs', 'cgroup'].includes(mount.at('type').text()));
  return !ofKernel.some((mount) =>
    mount
      .at('options')
      .list()
      .some((option) => option.text() === 'ro'),
  );
}
