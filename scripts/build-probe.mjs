// Builds what is written in C, if its sources have changed since: the kernel probe, bpf/*.[ch] ->
// build/lanner.bpf.o (lanner-ARCHITECTURE.bpf.o for another than this machine's), and the actor of the scenes,
// scenes/actor/*.[ch] -> build/lanner-actor. Plain JavaScript for any Node from 18 on: it runs before anything
// is installed. Other scripts call
// buildProbe(); `node scripts/build-probe.mjs` does the same from the command line.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = join(fileURLToPath(import.meta.url), '..', '..');
const SOURCES = join(ROOT, 'bpf');
const BUILD = join(ROOT, 'build');
const ACTOR_SOURCES = join(ROOT, 'scenes', 'actor');
const ACTOR = join(BUILD, 'lanner-actor');
const ACTOR_FLAGS = ['-static', '-s', '-O2', '-Wall', '-Wextra'];

/** Per architecture: the macro that libbpf's headers ask for, and Debian's folder of C headers. */
const TARGETS = {
  x64: { macro: '__TARGET_ARCH_x86', headers: '/usr/include/x86_64-linux-gnu' },
  arm64: { macro: '__TARGET_ARCH_arm64', headers: '/usr/include/aarch64-linux-gnu' },
};

/** Builds the probe and returns the path of its object file. Throws an Error that says what to do. */
export function buildProbe(architecture = process.arch) {
  const other = architecture === process.arch ? '' : `-${architecture}`;
  const object = join(BUILD, `lanner${other}.bpf.o`);
  const stampFile = `${object}.sha256`;
  const hash = createHash('sha256').update(compilerFlags(architecture).join(' '));
  for (const name of readdirSync(SOURCES).sort())
    if (/\.[ch]$/.test(name)) hash.update(name).update(readFileSync(join(SOURCES, name)));
  const stamp = hash.digest('hex');
  if (existsSync(object) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return object;

  mkdirSync(BUILD, { recursive: true });
  const unfinished = `${object}.${process.pid}`;
  compileProbe(join(SOURCES, 'lanner.bpf.c'), unfinished, architecture);
  renameSync(unfinished, object);
  writeFileSync(stampFile, stamp);
  return object;
}

/** Builds the actor, a static program, and returns its path. Throws an Error that says what to do. */
export function buildActor() {
  const names = readdirSync(ACTOR_SOURCES).sort();
  const hash = createHash('sha256').update(ACTOR_FLAGS.join(' '));
  for (const name of names) hash.update(name).update(readFileSync(join(ACTOR_SOURCES, name)));
  const stamp = hash.digest('hex');
  const stampFile = `${ACTOR}.sha256`;
  if (existsSync(ACTOR) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return ACTOR;

  mkdirSync(BUILD, { recursive: true });
  const unfinished = `${ACTOR}.${process.pid}`;
  const sources = names.filter((name) => name.endsWith('.c')).map((name) => join(ACTOR_SOURCES, name));
  run('clang', [...ACTOR_FLAGS, ...sources, '-o', unfinished], 'clang libc6-dev linux-libc-dev');
  renameSync(unfinished, ACTOR);
  writeFileSync(stampFile, stamp);
  return ACTOR;
}

/** Compiles one C file to a BPF object file. */
export function compileProbe(source, object, architecture = process.arch) {
  run(
    'clang',
    [...compilerFlags(architecture), '-c', source, '-o', object],
    'clang libbpf-dev linux-libc-dev',
  );
  // Debug information for people is most of the file; the BTF that libbpf needs stays.
  run('llvm-strip', ['-g', object], 'llvm');
}

function compilerFlags(architecture) {
  const target = TARGETS[architecture];
  if (!target) throw new Error(`the probe knows x64 and arm64, this machine is ${architecture}`);
  return [
    ...['-O2', '-g', '-target', 'bpf', '-mcpu=v3', '-Wall', `-D${target.macro}`],
    // Of the headers that differ only types are used, which do not: another architecture's will do.
    ...[target, ...Object.values(TARGETS)].flatMap(({ headers }) => ['-idirafter', headers]),
  ];
}

function run(command, args, packages) {
  const result = spawnSync(command, args, { encoding: 'utf8' });
  if (result.error?.code === 'ENOENT')
    throw new Error(`${command} is missing, which builds Lanner's parts in C: apt-get install ${packages}`);
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`${command} failed:\n${result.stderr.trim()}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(buildProbe());
    console.log(buildActor());
  } catch (error) {
    console.error(`build-probe: ${error.message}`);
    process.exitCode = 1;
  }
}
