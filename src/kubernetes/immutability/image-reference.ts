/** Names of images, as container runtimes read them. */

export interface ImageReference {
  readonly name: string;
  /** Empty where there is none: `latest` is meant then. */
  readonly tag: string;
  /** `sha256:…`; empty where there is none. */
  readonly digest: string;
}

/** Takes a reference apart: `registry:5000/name:tag@digest`. */
export function parseImage(reference: string): ImageReference {
  const at = reference.indexOf('@');
  const digest = at < 0 ? '' : reference.slice(at + 1);
  const tagged = at < 0 ? reference : reference.slice(0, at);
  // A colon before the last slash belongs to the port of the registry.
  const colon = tagged.indexOf(':', tagged.lastIndexOf('/') + 1);
  return colon < 0
    ? { name: tagged, tag: '', digest }
    : { name: tagged.slice(0, colon), tag: tagged.slice(colon + 1), digest };
}
