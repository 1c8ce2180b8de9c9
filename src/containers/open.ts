/** From the configuration to the service that finds out about containers. */
import { globSync } from 'node:fs';
import type { EngineApi, EngineClient } from './client.ts';
import { ContainerdClient } from './containerd.ts';
import { CriClient } from './cri.ts';
import { DockerClient } from './docker.ts';
import { PodmanClient } from './podman.ts';
import { ContainerMetadataService, type ServiceOptions } from './service.ts';

export interface EngineSockets {
  readonly enabled: boolean;
  /** Paths; `*` stands for any name. */
  readonly sockets: readonly string[];
}

export interface ContainerOptions extends Readonly<Record<EngineApi, EngineSockets>> {
  /** Values of labels that are longer, in bytes, are left out. */
  readonly label_max_len: number;
}

const CLIENTS: Readonly<Record<EngineApi, new (socket: string, labelLimit: number) => EngineClient>> = {
  docker: DockerClient,
  podman: PodmanClient,
  cri: CriClient,
  containerd: ContainerdClient,
};

/** Opens the service. No socket is touched before it listens, or is told of a container. */
export function openContainers(
  options: ContainerOptions,
  onFailure: ServiceOptions['onFailure'],
): ContainerMetadataService {
  const apis = Object.keys(CLIENTS) as EngineApi[];
  const clients = apis.flatMap((api) => {
    const { enabled, sockets } = options[api];
    if (!enabled) return [];
    return sockets.flatMap(pathsOf).map((socket) => new CLIENTS[api](socket, options.label_max_len));
  });
  return new ContainerMetadataService({ clients, onFailure });
}

/** A path that is not there now may be there later; which users have sockets is looked up once. */
function pathsOf(socket: string): string[] {
  return socket.includes('*') ? globSync(socket) : [socket];
}
