/** Descriptors of opened files, shared: the same files are opened again and again, in the same way. */
import { OpenDescriptor } from './open-descriptor.ts';

/** Files that are remembered; a power of two. */
const FILES = 512;

export class OpenedFiles {
  /** The file that is being opened: to be filled in before {@link take}. */
  readonly draft = new OpenDescriptor('f');
  readonly #last = new Array<OpenDescriptor | undefined>(FILES).fill(undefined);

  /** A descriptor that says what the draft does, and will not change any more. */
  take(): OpenDescriptor {
    const { draft } = this;
    const place = (draft.inodeLow ^ draft.name.length) & (FILES - 1);
    const last = this.#last[place];
    if (last !== undefined && isSame(last, draft)) return last;
    const descriptor = draft.with({});
    this.#last[place] = descriptor;
    return descriptor;
  }
}

function isSame(left: OpenDescriptor, right: OpenDescriptor): boolean {
  return (
    left.inodeLow === right.inodeLow &&
    left.inodeHigh === right.inodeHigh &&
    left.device === right.device &&
    left.kind === right.kind &&
    left.closesOnExec === right.closesOnExec &&
    left.upperLayer === right.upperLayer &&
    left.lowerLayer === right.lowerLayer &&
    left.name === right.name &&
    left.rawName === right.rawName
  );
}
