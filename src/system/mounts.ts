/** Where this machine mounts its file systems: turns a path in a file system into one of the machine. */
import { readFileSync } from 'node:fs';
import type { ByteString } from '../events/bytes.ts';

interface Mount {
  /** The directory of the file system that is mounted. */
  readonly root: ByteString;
  readonly point: ByteString;
}

/** Mounts in all. A machine with many containers has some thousands. */
const MAX_MOUNTS = 16_384;

export class Mounts {
  readonly #file: string;
  #byDevice = new Map<number, Mount>();
  #refused = 0;

  constructor(file = '/proc/self/mountinfo') {
    this.#file = file;
    this.refresh();
  }

  /** Mounts that found no room when they were last read. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * The machine's path of a file, by the path that the file has in the file system of the device. `undefined`
   * when the machine does not mount that part of it. Of several mounts the one that shows most counts.
   */
  pathOf(device: number, path: ByteString): ByteString | undefined {
    const mount = this.#byDevice.get(device);
    if (!mount) return undefined;
    const below = mount.root === '/' ? '' : mount.root;
    if (path !== below && !path.startsWith(`${below}/`)) return undefined;
    const joined = `${mount.point === '/' ? '' : mount.point}${path.slice(below.length)}`;
    return joined === '' ? '/' : joined;
  }

  /** Reads the mounts anew. */
  refresh(): void {
    let text: ByteString;
    try {
      text = readFileSync(this.#file, 'latin1');
    } catch {
      return;
    }
    const byDevice = new Map<number, Mount>();
    this.#refused = 0;
    for (const line of text.split('\n')) {
      // Number, parent, device, root, mount point, …: proc_pid_mountinfo(5).
      const [, , device = '', root, point] = line.split(' ', 5);
      if (root === undefined || point === undefined) continue;
      const key = deviceNumber(device);
      const found = { root: plainText(root), point: plainText(point) };
      const known = byDevice.get(key);
      if (!known && byDevice.size >= MAX_MOUNTS) this.#refused++;
      else if (!known || isBetter(found, known)) byDevice.set(key, found);
    }
    this.#byDevice = byDevice;
  }
}

function isBetter(left: Mount, right: Mount): boolean {
  if (left.root.length !== right.root.length) return left.root.length < right.root.length;
  return left.point.length < right.point.length;
}

/** `major:minor` as one number, as events have it. */
function deviceNumber(text: string): number {
  const [major = 0, minor = 0] = text.split(':').map(Number);
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

/** Blanks and backslashes stand as octal numbers. */
function plainText(text: ByteString): ByteString {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
