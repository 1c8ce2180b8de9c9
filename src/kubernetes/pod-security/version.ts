/** Versions of the Pod Security Standards: those of Kubernetes, since controls come and change with it. */

/** The newest version that a control here knows of, by minor number; `latest` means this one. */
export const LATEST_MINOR = 37;

/**
 * The minor number of `v1.30` or `latest`; `undefined` when it is neither. As in Kubernetes, the labels take
 * nothing else, and a version newer than is known means the newest known.
 */
export function minorVersion(text: string): number | undefined {
  if (text === 'latest') return LATEST_MINOR;
  const match = /^v1\.(0|[1-9]\d{0,3})$/.exec(text);
  return match === null ? undefined : Math.min(Number(match[1]), LATEST_MINOR);
}
