/** A made-up /proc in a temporary directory, for tests that need processes which do not exist. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FakeProcess {
  readonly pid: number;
  readonly ppid?: number;
  readonly comm?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly sid?: number;
  readonly pgid?: number;
  readonly tty?: number;
  readonly vpid?: number;
  /** Hundredths of a second after the start of the machine. */
  readonly startTicks?: number;
  readonly argv?: readonly string[];
  readonly env?: readonly string[];
  readonly exepath?: string;
  readonly cwd?: string;
  readonly cgroup?: string;
  readonly loginuid?: number;
  /** Ids of further threads. */
  readonly threads?: readonly number[];
  /** It has ended, and nobody has asked how. */
  readonly isZombie?: boolean;
}

/** Start of the made-up machine, seconds since the epoch. */
export const BOOT_SECONDS = 1_780_000_000;

export class FakeHost {
  readonly root: string;

  constructor() {
    this.root = mkdtempSync(join(tmpdir(), 'lanner-host-'));
    mkdirSync(join(this.root, 'proc'));
    mkdirSync(join(this.root, 'etc'));
    this.write('proc/stat', `cpu 0 0 0\nbtime ${BOOT_SECONDS}\n`);
  }

  /** Writes a file of the host; its directory must exist. */
  write(path: string, text: string): void {
    writeFileSync(join(this.root, path), text, 'latin1');
  }

  add(process: FakeProcess): void {
    const { pid, argv = [], env = [], cwd = '/', exepath = '/bin/true', threads = [] } = process;
    mkdirSync(join(this.root, `proc/${pid}/task`), { recursive: true });
    this.#writeThread(`proc/${pid}`, pid, process);
    for (const tid of threads) {
      // /proc knows threads by their own id as well, although listing it does not show them.
      for (const directory of [`proc/${pid}/task/${tid}`, `proc/${tid}`]) {
        mkdirSync(join(this.root, directory), { recursive: true });
        this.#writeThread(directory, tid, process);
      }
    }
    this.write(`proc/${pid}/cmdline`, argv.map((text) => `${text}\0`).join(''));
    this.write(`proc/${pid}/environ`, env.map((text) => `${text}\0`).join(''));
    this.write(`proc/${pid}/cgroup`, process.cgroup ?? '0::/\n');
    this.write(`proc/${pid}/loginuid`, `${process.loginuid ?? 0xffffffff}`);
    this.write(
      `proc/${pid}/limits`,
      'Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096                 files\n',
    );
    symlinkSync(exepath, join(this.root, `proc/${pid}/exe`));
    symlinkSync(cwd, join(this.root, `proc/${pid}/cwd`));
  }

  remove(pid: number): void {
    rmSync(join(this.root, `proc/${pid}`), { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #writeThread(directory: string, tid: number, process: FakeProcess): void {
    const { pid, ppid = 1, comm = 'true', uid = 0, gid = 0, sid = pid, pgid = pid, vpid = pid } = process;
    const { tty = 0, startTicks = 100, isZombie = false } = process;
    this.write(
      `${directory}/stat`,
      `${tid} (${comm}) ${isZombie ? 'Z' : 'S'} ${ppid} ${pgid} ${sid} ${tty} -1 0 10 0 2 0 0 0 0 0 20 0 1 0 ${startTicks} 0 0\n`,
    );
    const vtid = tid === pid ? vpid : vpid + tid - pid;
    const ns = (outer: number, inner: number): string =>
      outer === inner ? `${outer}` : `${outer}\t${inner}`;
    const lines = [
      `Name:\t${comm.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      'State:\tS (sleeping)',
      `Tgid:\t${pid}`,
      `Pid:\t${tid}`,
      `PPid:\t${ppid}`,
      `Uid:\t${uid + 1000}\t${uid}\t${uid}\t${uid}`,
      `Gid:\t${gid + 1000}\t${gid}\t${gid}\t${gid}`,
      `NStgid:\t${ns(pid, vpid)}`,
      `NSpid:\t${ns(tid, vtid)}`,
      `NSpgid:\t${ns(pgid, pgid === pid ? vpid : pgid)}`,
      `NSsid:\t${ns(sid, sid === pid ? vpid : sid)}`,
      'VmSize:\t    2000 kB',
      'VmRSS:\t    1000 kB',
      'VmSwap:\t       7 kB',
      'CapInh:\t0000000000000000',
      'CapPrm:\t000001ffffffffff',
      'CapEff:\t0000000000000400',
    ];
    this.write(`${directory}/status`, `${lines.join('\n')}\n`);
  }
}
