/** A folder with the file `old` and the folder `sub`, in which a test's calls are made. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Call, type Made, make } from './calls.ts';
import type { DescriptorValue } from './decode.ts';

export class TestFolder {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'lanner-files-')));

  constructor() {
    writeFileSync(this.path('old'), 'text');
    mkdirSync(this.path('sub'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Makes calls with this folder as working directory; see MakeOptions for the events. */
  make(calls: readonly Call[], events?: readonly string[]): Promise<Made> {
    return make(calls, { cwd: this.folder, ...(events ? { events } : {}) });
  }
}

/** Device and inode as events have them; the file must exist by now. */
export function identity(path: string): { dev: number; ino: number } {
  const { dev, ino } = statSync(path);
  return { dev, ino };
}

/** What an event tells of a descriptor of that file. */
export function descriptor(path: string, kind = 'f', flags = 0): DescriptorValue {
  const { dev, ino } = identity(path);
  return { kind, protocol: 0, flags, device: dev, inode: ino, name: path };
}
