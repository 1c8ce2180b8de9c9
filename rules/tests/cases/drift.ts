/** Cases for 35-drift.yaml. */
import type { Twin, Violation } from './case.ts';

const YOUNGER = 'Program Younger Than Its Container Executed';
const CHANGED = 'Program or Library Changed in Container';
const PACKAGES = 'Package Manager Run in Container';

/** A file system that is none of the container's root, as a volume is. */
const VOLUME = 'mkdir -p /srv/volume; mount -t tmpfs tmpfs /srv/volume';

export const DRIFT_VIOLATIONS: readonly Violation[] = [
  {
    rule: PACKAGES,
    because: 'apt-get is started, to install what the image lacks',
    place: 'container',
    does: '/usr/bin/apt-get unshare-files',
    shows: { 'proc.exepath': '/usr/bin/apt-get', 'k8s.ns.name': /.*/ },
  },
  {
    rule: CHANGED,
    because: 'a program that the image brought along is overwritten',
    place: 'container',
    does: 'echo x >> /usr/local/bin/entry.sh',
    shows: { 'fd.name': '/usr/local/bin/entry.sh' },
  },
  {
    rule: CHANGED,
    because: 'a library is moved into the place where the loader finds it',
    place: 'container',
    does: 'mkdir -p /usr/lib; echo x > /srv/lib; mv /srv/lib /usr/lib/libz.so.1',
    shows: { 'fs.path.target': '/usr/lib/libz.so.1' },
  },
  {
    rule: YOUNGER,
    because: 'a tool is put on a volume and executed there',
    place: 'container',
    does: `${VOLUME}; cp /bin/busybox /srv/volume/uname; /srv/volume/uname; umount -l /srv/volume`,
    shows: { 'proc.exepath': '/srv/volume/uname' },
  },
];

export const DRIFT_TWINS: readonly Twin[] = [
  {
    rule: PACKAGES,
    because: 'the package manager of the image is looked at and not run',
    place: 'container',
    does: 'cmp /usr/bin/apt-get /usr/local/bin/behave',
  },
  {
    rule: CHANGED,
    because: 'data are written beside libraries, and an interpreter keeps what it has compiled',
    place: 'container',
    does: 'mkdir -p /usr/lib/python3/__pycache__; echo x > /usr/lib/python3/__pycache__/a.pyc; echo x > /usr/lib/a.sock',
  },
  {
    rule: YOUNGER,
    because: 'a program of the image is executed, and data lie on the volume',
    place: 'container',
    does: `${VOLUME}; /usr/local/bin/tool unshare-files; echo x > /srv/volume/data; umount -l /srv/volume`,
  },
];
