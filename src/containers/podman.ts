/** Podman's own API, libpod (https://docs.podman.io/en/latest/_static/api.html). */
import type { ByteString } from '../events/bytes.ts';
import type { ContainerMetadata } from '../system/container.ts';
import { CREATION_FILTER, type EngineClient } from './client.ts';
import { HttpSocket } from './http-socket.ts';
import { splitImageName } from './image-name.ts';
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

/** The version of the API that Podman 4 and later serve. */
const LIBPOD = '/v4.0.0/libpod';

export class PodmanClient implements EngineClient {
  readonly api = 'podman';
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
    const container = await this.#http.get(`${LIBPOD}/containers/${encodeURIComponent(fullId)}/json`);
    if (!container) return undefined;
    const config = container.at('Config');
    const host = container.at('HostConfig');
    const image = container.at('ImageName').text();
    const { repository, tag } = splitImageName(image);
    const labels = keptLabels(config.at('Labels').entries(), this.#labelLimit);
    const test = config.at('Healthcheck').isPresent ? 'Healthcheck' : 'HealthcheckConfig';
    return {
      fullId: container.at('Id').text() || fullId,
      name: container.at('Name').text(),
      image,
      imageId: container.at('Image').text(),
      imageRepository: repository,
      imageTag: tag,
      imageDigest: container.at('ImageDigest').text(),
      privileged: host.at('Privileged').flag(),
      mounts: engineMounts(container.at('Mounts')),
      ports: enginePorts(container),
      labels,
      startTime: timeOf(container.at('State', 'StartedAt').text()),
      ip: addressOf(container),
      cniJson: '',
      hostPid: isHost(host.at('PidMode')),
      hostNetwork: isHost(host.at('NetworkMode')),
      hostIpc: isHost(host.at('IpcMode')),
      healthcheck: healthcheckText(config.at(test, 'Test')),
      pod: podOfLabels(labels),
    };
  }

  /** While Podman starts a container, it answers no questions about it. */
  listen(onCreated: (fullId: ByteString) => void): Promise<void> {
    return this.#http.follow(`${LIBPOD}/events?stream=true&filters=${CREATION_FILTER}`, (event) =>
      onCreated(event.at('Actor', 'ID').text()),
    );
  }

  close(): void {
    this.#http.close();
  }
}
