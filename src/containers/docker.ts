/** Docker's Engine API (https://docs.docker.com/reference/api/engine/). */
import type { ByteString } from '../events/bytes.ts';
import type { ContainerMetadata } from '../system/container.ts';
import { CREATION_FILTER, type EngineClient } from './client.ts';
import { HttpSocket } from './http-socket.ts';
import { splitImageName } from './image-name.ts';
import type { Json } from './json.ts';
import {
  addressOf,
  engineMounts,
  enginePorts,
  healthcheckText,
  isHost,
  keptLabels,
  podOfLabels,
  timeOf,
} from './reading.ts';

export class DockerClient implements EngineClient {
  readonly api = 'docker';
  readonly socket: string;
  readonly #http: HttpSocket;
  readonly #labelLimit: number;

  /** `labelLimit`: values of labels that are longer, in bytes, are left out. */
  constructor(socket: string, labelLimit: number) {
    this.socket = socket;
    this.#http = new HttpSocket(socket);
    this.#labelLimit = labelLimit;
  }

  async inspect(fullId: ByteString): Promise<ContainerMetadata | undefined> {
    const container = await this.#http.get(`/containers/${encodeURIComponent(fullId)}/json`);
    if (!container) return undefined;
    const imageId = container.at('Image').text();
    const image = imageId && (await this.#http.get(`/images/${encodeURIComponent(imageId)}/json`));
    const config = container.at('Config');
    const host = container.at('HostConfig');
    const labels = keptLabels(config.at('Labels').entries(), this.#labelLimit);
    return {
      fullId: container.at('Id').text() || fullId,
      name: container.at('Name').text().replace(/^\//, ''),
      image: config.at('Image').text(),
      ...(image ? imageFacts(image) : {}),
      privileged: host.at('Privileged').flag(),
      mounts: engineMounts(container.at('Mounts')),
      ports: enginePorts(container),
      labels,
      startTime: timeOf(container.at('State', 'StartedAt').text()),
      ip: await this.#address(container),
      cniJson: '',
      hostPid: isHost(host.at('PidMode')),
      hostNetwork: isHost(host.at('NetworkMode')),
      hostIpc: isHost(host.at('IpcMode')),
      healthcheck: healthcheckText(config.at('Healthcheck', 'Test')),
      pod: podOfLabels(labels),
    };
  }

  /** While Docker starts a container, it answers no questions about it. */
  listen(onCreated: (fullId: ByteString) => void): Promise<void> {
    return this.#http.follow(`/events?filters=${CREATION_FILTER}`, (event) =>
      onCreated(event.at('Actor', 'ID').text()),
    );
  }

  close(): void {
    this.#http.close();
  }

  /** A container may use the network of another one, and has its address then. */
  async #address(container: Json): Promise<ByteString> {
    const own = addressOf(container);
    const [, other] = /^container:(.+)$/.exec(container.at('HostConfig', 'NetworkMode').text()) ?? [];
    if (own !== '' || other === undefined) return own;
    const owner = await this.#http.get(`/containers/${encodeURIComponent(other)}/json`);
    return owner ? addressOf(owner) : '';
  }
}

/** An image has all the names that it was given; the first of each kind that fits together is taken. */
function imageFacts(image: Json): Partial<ContainerMetadata> {
  const digests = image.at('RepoDigests').list();
  const [named = '', digest = ''] = (digests[0]?.text() ?? '').split('@');
  const tags = image
    .at('RepoTags')
    .list()
    .map((tag) => splitImageName(tag.text()))
    .filter(({ repository, tag }) => repository !== '' && tag !== '' && repository !== '<none>');
  const repository = named || tags[0]?.repository || '';
  return {
    imageId: image
      .at('Id')
      .text()
      .replace(/^sha256:/, ''),
    imageRepository: repository,
    imageTag: tags.find((candidate) => candidate.repository === repository)?.tag ?? '',
    imageDigest: digest,
  };
}
