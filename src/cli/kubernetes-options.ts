/** Flags that the commands on Kubernetes have in common. */
import { InvalidArgumentError } from 'commander';
import { minorVersion } from '../kubernetes/pod-security/version.ts';

/** `--standards`: a version as labels have it. */
export function standardsVersion(text: string): number {
  const minor = minorVersion(text);
  if (minor === undefined) throw new InvalidArgumentError('Write it as v1.30 or latest.');
  return minor;
}

/** `--image-root`: names of images have no `=`, folders may. */
export function imageRoot(
  text: string,
  previous: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('Write it as IMAGE=FOLDER.');
  return new Map([...previous, [text.slice(0, at), text.slice(at + 1)]]);
}
