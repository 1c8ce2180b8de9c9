/** What somebody wants of hardening. */

export interface WritableDirectory {
  /** The container that needs it; all main ones where it is absent. */
  readonly container?: string;
  readonly path: string;
}

export interface HardenOptions {
  /** User that containers run as which name none; `image` leaves it to the image. */
  readonly user: number | 'image';
  /** Leave what the pod has of its node: namespaces, directories, ports. */
  readonly keepHost: boolean;
  readonly writable: readonly WritableDirectory[];
  /** Add containers that copy the image's content of writable directories. */
  readonly prepare: boolean;
  /** How shells are taken away, if at all. */
  readonly removeShells?: 'mask' | 'startup-probe';
  /** Paths of shells in images that are known, by image. */
  readonly shells?: ReadonlyMap<string, readonly string[]>;
}
