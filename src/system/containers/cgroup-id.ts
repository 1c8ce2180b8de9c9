/**
 * Which container a process is in, told from the paths of its cgroups. The forms are those of Falco's
 * container plugin; what makes each of them certain stands beside it.
 */
import type { ByteString } from '../../events/bytes.ts';
import type { ContainerClaim } from './claims.ts';

/** What `container.type` prints. */
export type ContainerEngine =
  | 'docker'
  | 'podman'
  | 'containerd'
  | 'cri-o'
  | 'runc'
  | 'lxc'
  | 'libvirt-lxc'
  | 'bpm';

export interface ContainerIdentity {
  /** 12 characters where the engine uses 64 hexadecimal digits, otherwise the engine's own id. */
  readonly id: ByteString;
  /** The whole id, as the engine's API wants it. */
  readonly fullId: ByteString;
  readonly engine: ContainerEngine;
}

/** One layout of paths; group 1 is the id. */
interface PathForm {
  readonly engine: ContainerEngine;
  readonly path: RegExp;
}

const HEX64 = '([0-9a-f]{64})';
/** Whoever is in a container and may make control groups does not leave it by going into one of his own. */
const BELOW = '(?:/.*)?';

/** A name that an engine gives comes before a bare id. Of several ids in a path a form takes the last. */
const PATH_FORMS: readonly PathForm[] = [
  { engine: 'podman', path: new RegExp(`^.*/libpod(?:-payload)?-${HEX64}(?:\\.scope)?${BELOW}$`, 'd') },
  { engine: 'docker', path: new RegExp(`^.*/docker-${HEX64}\\.scope${BELOW}$`, 'd') },
  { engine: 'docker', path: new RegExp(`^.*/docker/${HEX64}${BELOW}$`, 'd') },
  { engine: 'cri-o', path: new RegExp(`^.*[/:]crio[-:]${HEX64}(?:\\.scope)?${BELOW}$`, 'd') },
  {
    engine: 'containerd',
    path: new RegExp(`^.*[/:](?:cri-containerd|nerdctl)[-:]${HEX64}(?:\\.scope)?${BELOW}$`, 'd'),
  },
  { engine: 'containerd', path: new RegExp(`/(?:kubepods[^/]*/.*|k8s\\.io|default)/${HEX64}${BELOW}$`, 'd') },
  { engine: 'runc', path: new RegExp(`^/${HEX64}${BELOW}$`, 'd') },
  { engine: 'docker', path: new RegExp(`^.*/${HEX64}${BELOW}$`, 'd') },
  { engine: 'libvirt-lxc', path: /\/libvirt\/lxc\/([^/]+)/d },
  { engine: 'lxc', path: /\/lxc(?:\.payload)?\/([^/]+)/d },
  { engine: 'lxc', path: /\/lxc\.payload\.([^/]+)/d },
  { engine: 'libvirt-lxc', path: /\/([^/]+)\.libvirt-lxc(?:\/|$)/d },
  { engine: 'libvirt-lxc', path: /\/machine-lxc\\x2d\d+\\x2d([^/]+)\.scope(?:\/libvirt)?(?:\/|$)/d },
  { engine: 'bpm', path: /\/bpm-([^/]+?)\.scope(?:\/|$)/d },
];

/** What lies below belongs to a user of the machine, see user@.service(5). */
const USERS_OWN = /\/user@(\d+)\.service\//;

/** What is longer is no container's name. */
const MAX_NAME = 64;

const SYSTEMD_UNIT = /\.(?:service|slice|scope|mount|socket)$/;

/**
 * The containers that the cgroups of a process name (`controller=path`), from the outermost to the innermost: the one
 * whose id is furthest to the right. Empty on the host.
 *
 * A path may look like a container's and be none: anyone can make a cgroup `/web` or `/jobs/4711`. A
 * name that is not 64 digits is therefore believed only when the process has no other path than `/NAME`,
 * one that ends in it or lies below, in more than one hierarchy (or in the only one that there is), *and* lives in a
 * pid namespace of its own (`ownPidNamespace`), as runc and containerd arrange it. A process that was
 * merely put into a cgroup of one controller, or of all of them, does not fit.
 */
export function containersOf(
  cgroups: readonly ByteString[],
  ownPidNamespace: boolean,
): readonly ContainerClaim[] {
  const paths = new Set<ByteString>();
  for (const cgroup of cgroups) {
    const path = pathOf(cgroup);
    if (path !== '/' && path !== '') paths.add(path);
  }
  const found = [...paths].flatMap(namedIn).sort((a, b) => a.depth - b.depth);
  const claims = new Map<ByteString, ContainerClaim>();
  for (const { identity, user } of found) {
    // The same one in several hierarchies lies as deep as the deepest says.
    claims.delete(identity.fullId);
    claims.set(identity.fullId, { identity, user });
  }
  if (claims.size > 0) return [...claims.values()];
  const plain = ownPidNamespace ? plainContainer(cgroups, paths) : undefined;
  return plain === undefined ? [] : [{ identity: plain, user: undefined }];
}

interface Named extends ContainerClaim {
  /** Where in the path the id begins. */
  readonly depth: number;
}

/** All containers that a path names. */
function namedIn(path: ByteString): Named[] {
  const found: Named[] = [];
  let rest = path;
  for (;;) {
    const innermost = innermostIn(rest);
    if (innermost === undefined) return found;
    found.push(innermost);
    rest = rest.slice(0, rest.lastIndexOf('/', innermost.depth));
  }
}

function userAbove(path: ByteString): number | undefined {
  const [, uid] = USERS_OWN.exec(path) ?? [];
  return uid === undefined ? undefined : Number(uid);
}

function innermostIn(path: ByteString): Named | undefined {
  let innermost: Named | undefined;
  for (const { engine, path: form } of PATH_FORMS) {
    const match = form.exec(path);
    const [depth] = match?.indices?.[1] ?? [];
    if (match?.[1] === undefined || depth === undefined) continue;
    if (innermost !== undefined && depth <= innermost.depth) continue;
    innermost = {
      identity: identity(match[1], engine),
      user: userAbove(path.slice(0, depth)),
      depth,
    };
  }
  return innermost;
}

/**
 * `/NAME` or `/NAMESPACE/NAME`, where runc and containerd put a container that is not named by digits, or what lies
 * below: who is in it may make cgroups there. Not all paths need be the same: a controller that is not in use leaves
 * the process in the root there, and where the runtime itself is in a cgroup, it puts the container's below its own.
 */
function plainContainer(
  cgroups: readonly ByteString[],
  paths: ReadonlySet<ByteString>,
): ContainerIdentity | undefined {
  let path: ByteString | undefined;
  for (const candidate of paths) if (path === undefined || candidate.length < path.length) path = candidate;
  if (path === undefined) return undefined;
  for (const other of paths) if (!`${other}/`.includes(`${path}/`)) return undefined;
  const hierarchies = cgroups.filter((cgroup) => paths.has(pathOf(cgroup))).length;
  if (hierarchies < 2 && cgroups.length > 1) return undefined;
  const [, first = '', second] = path.split('/');
  if (SYSTEMD_UNIT.test(first)) return undefined;
  // A systemd of the container's own makes its units below it.
  const isNamespace = second !== undefined && !SYSTEMD_UNIT.test(second);
  const name = isNamespace ? second : first;
  return name.length > MAX_NAME ? undefined : identity(name, isNamespace ? 'containerd' : 'runc');
}

function identity(fullId: ByteString, engine: ContainerEngine): ContainerIdentity {
  return { id: /^[0-9a-f]{64}$/.test(fullId) ? fullId.slice(0, 12) : fullId, fullId, engine };
}

/** `name=systemd=/path` has two equals signs, a path may have more: the path begins at the first `=/`. */
function pathOf(cgroup: ByteString): ByteString {
  const at = cgroup.indexOf('=/');
  return at < 0 ? '' : cgroup.slice(at + 1);
}
