/** Looks for shells and package managers in a container's root file system. */
import { accessSync, constants, lstatSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { mapOf, textOf } from '../manifests/manifest.ts';
import type { ContainerOfPod } from '../manifests/pods.ts';
import type { Finding } from '../pod-security/finding.ts';

const FOLDERS = ['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/busybox'];

const SHELLS = 'sh bash dash ash zsh ksh mksh fish tcsh csh busybox toybox pwsh'.split(' ');
const PACKAGE_MANAGERS =
  'apt apt-get dpkg apk rpm yum dnf microdnf tdnf zypper pacman opkg pip pip3 npm gem'.split(' ');

/** Links that one path may lead through, as in the kernel. */
const MAX_LINKS = 40;

export interface ImagePrograms {
  /** Paths within the root. */
  readonly shells: readonly string[];
  readonly packageManagers: readonly string[];
}

/**
 * Programs that are in the root file system at `root` and can be run. Links are followed within it, never out of
 * it. Throws when `root` is no folder that can be read.
 */
export function programsIn(root: string): ImagePrograms {
  if (!statSync(root).isDirectory()) throw new Error(`${root} is no folder`);
  const found = (names: readonly string[]): string[] => {
    const seen = new Set<string>();
    return FOLDERS.flatMap((folder) => names.map((name) => `${folder}/${name}`)).filter((path) => {
      const real = resolveWithin(root, path);
      if (real === undefined || !isProgram(join(root, real))) return false;
      // /bin is a link to /usr/bin in most images: told once.
      const key = join(
        resolveWithin(root, path.slice(0, path.lastIndexOf('/'))) ?? '',
        path.slice(path.lastIndexOf('/')),
      );
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  };
  return { shells: found(SHELLS), packageManagers: found(PACKAGE_MANAGERS) };
}

/** What is said of a container with this root file system. */
export function programFindings({ name, value, path }: ContainerOfPod, root: string): Finding[] {
  const base = { control: 'programsInImage', path: [...path, 'image'], container: name } as const;
  let programs: ImagePrograms;
  try {
    programs = programsIn(root);
  } catch (error) {
    const message = `which programs container ${name} has is unknown: ${(error as Error).message}`;
    return [
      { ...base, profile: 'immutable', severity: 'note', message, remedy: 'name a folder that can be read' },
    ];
  }
  const { shells, packageManagers } = programs;
  const parts = [
    shells.length > 0 ? `shells (${listed(shells)})` : '',
    packageManagers.length > 0 ? `package managers (${listed(packageManagers)})` : '',
  ].filter(Boolean);
  if (parts.length === 0) return [];
  // A profile of one's own may forbid running them; what it says is on the node.
  const profile = mapOf(mapOf(value.securityContext)?.appArmorProfile);
  const mayBlock = profile?.type === 'Localhost' ? textOf(profile.localhostProfile) : '';
  return [
    {
      ...base,
      profile: 'immutable',
      severity: mayBlock === '' ? 'warning' : 'note',
      message: `container ${name} has ${parts.join(' and ')}${
        mayBlock === '' ? '' : `, which the AppArmor profile ${mayBlock} may block`
      }`,
      remedy: 'use an image without them, or an AppArmor profile that forbids running them',
    },
  ];
}

const SHOWN = 6;

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, SHOWN).join(', ');
  return paths.length > SHOWN ? `${shown} and ${paths.length - SHOWN} more` : shown;
}

/** Where `path` leads if `root` is the root directory; `undefined` where nothing is. */
function resolveWithin(root: string, path: string): string | undefined {
  const todo = path.split('/').filter(Boolean);
  let links = 0;
  let at = '/';
  for (let part = todo.shift(); part !== undefined; part = todo.shift()) {
    if (part === '.') continue;
    const next = join(at, part);
    const stat = lstatSync(join(root, next), { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    if (!stat.isSymbolicLink()) {
      at = next;
      continue;
    }
    if (++links > MAX_LINKS) return undefined;
    const target = readlinkSync(join(root, next));
    if (target.startsWith('/')) at = '/';
    todo.unshift(...target.split('/').filter(Boolean));
  }
  return at;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
