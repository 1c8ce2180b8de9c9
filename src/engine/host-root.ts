/** Where the machine is seen when Lanner runs in a container of it. */
import type { Config } from '../config/schema.ts';

/** Prefix of the machine's paths, without a slash at its end; empty on the machine itself. As in Falco the environment may give it. */
export function hostRootOf(
  { host_root: configured }: Pick<Config, 'host_root'>,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  return (configured || environment.HOST_ROOT || '').replace(/\/+$/, '');
}
