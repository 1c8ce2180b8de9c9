/** From the configuration to the service that finds out about containers. */
import { join } from 'node:path';
import { toByteString, toText } from '../events/bytes.ts';
import { DirectLooks, type Looks, UNANSWERED } from '../system/looks/looks.ts';
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

/**
 * Opens the service. No socket is touched before it listens, or is told of a container. Sockets may lie in
 * directories of users, which `looks` looks at. `hostRoot`: where the machine's files are mounted, empty on the
 * machine itself.
 */
export function openContainers(
  options: ContainerOptions,
  onFailure: ServiceOptions['onFailure'],
  looks: Looks = new DirectLooks(),
  hostRoot = '',
): ContainerMetadataService {
  const apis = Object.keys(CLIENTS) as EngineApi[];
  const clients = apis.flatMap((api) => {
    const { enabled, sockets } = options[api];
    if (!enabled) return [];
    return sockets
      .flatMap((socket) => pathsOf(located(socket, hostRoot), looks))
      .map((socket) => new CLIENTS[api](socket, options.label_max_len));
  });
  const isThere = (socket: string): boolean => exists(socket, looks);
  return new ContainerMetadataService({ clients, onFailure, isThere, hostRoot });
}

/** On the machine /var/run is a link to /run, which would lead to this container's own. */
function located(socket: string, hostRoot: string): string {
  return hostRoot === '' ? socket : hostRoot + socket.replace(/^\/var\/run\//, '/run/');
}

/** A path that is not there now may be there later; which users have sockets is looked up once. */
function pathsOf(socket: string, looks: Looks): string[] {
  if (!socket.includes('*')) return [socket];
  const [, ...parts] = socket.split('/');
  let found = ['/'];
  for (const part of parts)
    found = found.flatMap((folder) =>
      part.includes('*') ? matching(folder, part, looks) : [join(folder, part)],
    );
  return found.filter((path) => exists(path, looks));
}

/** Of a folder with more entries than this, none is a socket's. */
const MAX_ENTRIES = 4096;

function matching(folder: string, pattern: string, looks: Looks): string[] {
  const names = looks.ask({ kind: 'names', path: toByteString(folder), limit: MAX_ENTRIES });
  if (!Array.isArray(names)) return [];
  const literals = pattern.split('*').map((text) => RegExp.escape(text));
  const form = new RegExp(`^(?!\\.)${literals.join('.*')}$`);
  return names
    .map(toText)
    .filter((name) => form.test(name))
    .map((name) => join(folder, name));
}

function exists(path: string, looks: Looks): boolean {
  const found = looks.ask({ kind: 'state', path: toByteString(path) });
  return found !== undefined && found !== UNANSWERED;
}
