/** `--scope`: what to watch instead of the whole machine. */
import { InvalidArgumentError } from 'commander';
import type { WatchScope } from '../engine/watch.ts';

/** Reads `pid=N[,N…]` or `cgroup=PATH`. The processes of several `--scope pid=` add up. */
export function parseScope(text: string, previous: WatchScope | undefined): WatchScope {
  const [, kind, value = ''] = /^(pid|cgroup)=(.+)$/.exec(text) ?? [];
  if (kind === undefined) throw new InvalidArgumentError('Write it as pid=N[,N…] or cgroup=PATH.');
  if (kind === 'cgroup') {
    if (previous !== undefined)
      throw new InvalidArgumentError('Give one cgroup or some processes, not both.');
    return { kind, path: value };
  }
  if (previous?.kind === 'cgroup') {
    throw new InvalidArgumentError('Give one cgroup or some processes, not both.');
  }
  return {
    kind: 'processes',
    pids: [...(previous?.kind === 'processes' ? previous.pids : []), ...parsePids(value)],
  };
}

function parsePids(text: string): number[] {
  return text.split(',').map((item) => {
    if (!/^[1-9]\d{0,9}$/.test(item)) throw new InvalidArgumentError(`"${item}" is not a process id.`);
    return Number(item);
  });
}
