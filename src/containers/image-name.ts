/** Names of images: `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`. */
import type { ByteString } from '../events/bytes.ts';

export interface ImageName {
  readonly repository: ByteString;
  /** Empty when the name has none. */
  readonly tag: ByteString;
}

/** A colon is the tag's only when no slash follows it; otherwise it is the port's. */
export function splitImageName(name: ByteString): ImageName {
  const [plain = ''] = name.split('@', 1);
  const colon = plain.lastIndexOf(':');
  if (colon < 0 || colon < plain.lastIndexOf('/')) return { repository: plain, tag: '' };
  return { repository: plain.slice(0, colon), tag: plain.slice(colon + 1) };
}
