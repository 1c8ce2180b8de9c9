/** The root file system of all stages: the actor under many names, and a few files that every system has. */
import { chmodSync, copyFileSync, linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Name of the process that builds a stage and then performs the scene on it. */
export const STAGE_PROGRAM = '/usr/bin/lanner-stage';

const FOLDERS = [
  ...['bin', 'sbin', 'usr/bin', 'usr/sbin', 'usr/lib', 'usr/local/bin', 'lib', 'etc', 'root', 'home/user'],
  ...['proc', 'dev', 'sys', 'tmp', 'srv', 'var/log', 'var/lib', 'run', 'mnt', 'host'],
];

const FILES: Readonly<Record<string, string>> = {
  '/etc/passwd': [
    'root:x:0:0:root:/root:/bin/sh',
    'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
    'www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin',
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
    '',
  ].join('\n'),
  '/etc/group': 'root:x:0:\ndaemon:x:1:\nwww-data:x:33:\nnogroup:x:65534:\n',
  '/etc/shadow': 'root:*:19000:0:99999:7:::\n',
  '/etc/sudoers': 'root ALL=(ALL) ALL\n',
  '/etc/hosts': '127.0.0.1 localhost\n',
};

/** Fills an empty folder; `programs` are absolute paths within. */
export function fillRoot(root: string, actor: string, programs: Iterable<string>): void {
  // Other users than root are to reach all of it, whatever is usual for those who run Lanner.
  const before = process.umask(0o022);
  try {
    chmodSync(root, 0o755);
    fill(root, actor, programs);
  } finally {
    process.umask(before);
  }
}

function fill(root: string, actor: string, programs: Iterable<string>): void {
  for (const folder of FOLDERS) mkdirSync(join(root, folder), { recursive: true });
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(root, path), text);
  const stage = join(root, STAGE_PROGRAM);
  copyFileSync(actor, stage);
  chmodSync(stage, 0o755);
  for (const path of programs) {
    const program = join(root, path);
    if (program === stage) continue;
    mkdirSync(dirname(program), { recursive: true });
    linkSync(stage, program);
  }
}
