/** Programs that run whatever their arguments say, and executables that are many programs. */
import type { ByteString } from '../events/bytes.ts';

/** They choose by their first argument which program they are. */
const MULTICALL = /^(?:busybox(?:\.\w+)?|toybox|coreutils)$/;

/**
 * Interpreters: what they run is an argument or a file that one names, so that the executable alone says nothing.
 * Those of whose work a rule sees files, addresses and programs anyway (awk, sed, editors) are not among them.
 */
const INTERPRETER =
  /^(?:ash|bash|busybox|csh|dash|elvish|fish|hush|ksh(?:93)?|mksh|oksh|posh|pwsh|rbash|sh|tcsh|yash|zsh|python[\d.]*|pypy[\d.]*|perl[\d.]*|ruby[\d.]*|node(?:js)?|deno|bun|php(?:-cgi|-fpm)?[\d.]*|lua(?:jit)?[\d.]*|tclsh[\d.]*|wish[\d.]*|expect|guile[\d.]*|java|Rscript|octave[\w-]*|julia|erl|escript)$/;

/** Programs that only start another one in their place or as a child: none to know a subject by. */
const WRAPPER =
  /^(?:env|nice|nohup|timeout|setsid|stdbuf|time|ionice|chrt|taskset|setpriv|unshare|nsenter|chroot|sudo|su|doas|runuser|gosu|su-exec|tini|dumb-init|catatonit|systemd-run|flock|strace|script)$/;

export function baseName(path: ByteString): ByteString {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function isMulticall(path: ByteString): boolean {
  return MULTICALL.test(baseName(path));
}

/** Whether arguments decide what the program does, as code. `applet`: which program of a multicall executable. */
export function isInterpreter(path: ByteString, applet: ByteString | undefined): boolean {
  return INTERPRETER.test(applet ?? baseName(path));
}

export function isWrapper(path: ByteString): boolean {
  return WRAPPER.test(baseName(path));
}

/** The condition `CONTAINER_SETUP_START` of a process that has started a program. */
export function isContainerSetupStart(
  exepath: ByteString,
  args: readonly ByteString[],
  parent: ByteString,
): boolean {
  const isRunc = baseName(exepath) === 'runc' || exepath === '/' || exepath.startsWith('memfd:runc');
  return isRunc && args.join(' ') === 'init' && baseName(parent) === 'runc';
}

/** The condition `CONTAINER_SETUP` of a process. */
export function isContainerSetup({
  comm,
  exepath,
}: {
  readonly comm: ByteString;
  readonly exepath: ByteString;
}): boolean {
  return (
    comm.startsWith('runc:[') &&
    (exepath === '/' || exepath.startsWith('memfd:') || exepath.endsWith('/runc'))
  );
}
