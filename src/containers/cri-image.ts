/** The image of a container as the Container Runtime Interface tells it: in pieces that engines fill differently. */
import type { ByteString } from '../events/bytes.ts';
import type { ContainerMetadata } from '../system/container.ts';
import { splitImageName } from './image-name.ts';
import type { Json } from './json.ts';

export interface CriImage {
  /** ContainerStatus.image: a name, or only an id. */
  readonly name: ByteString;
  /** ContainerStatus.image_ref: `NAME@sha256:DIGEST`, or only `sha256:DIGEST`. */
  readonly reference: ByteString;
  /** ContainerStatus.image_id, which older engines leave empty. */
  readonly id: ByteString;
  /** The engine's own information. */
  readonly info: Json;
}

type ImageFacts = Pick<
  ContainerMetadata,
  'image' | 'imageId' | 'imageRepository' | 'imageTag' | 'imageDigest'
>;

/** Annotations in which engines keep the name that was asked for. */
const NAME_ANNOTATIONS = [
  'io.kubernetes.cri.image-name',
  'io.kubernetes.cri-o.Image',
  'io.kubernetes.cri-o.ImageName',
];

export function criImage({ name, reference, id, info }: CriImage): ImageFacts {
  const [, repository = '', digest = ''] = /^(?:(.*)@)?(sha256:.*)$/.exec(reference) ?? [];
  const given = isName(name) ? name : annotated(info);
  const { repository: givenRepository, tag } = splitImageName(given);
  const imageRepository = repository || givenRepository;
  return {
    image: repository === '' ? given : tag === '' ? repository : `${repository}:${tag}`,
    imageRepository,
    imageTag: tag,
    imageDigest: digest,
    // Without a repository the reference is the id of the image on this machine.
    imageId:
      idOf(info.at('config', 'image', 'image').text()) || idOf(id) || (repository === '' ? idOf(digest) : ''),
  };
}

function isName(text: ByteString): boolean {
  return text !== '' && !/^(?:sha256:)?[0-9a-f]{64}$/.test(text);
}

function annotated(info: Json): ByteString {
  const annotations = info.at('runtimeSpec', 'annotations');
  return NAME_ANNOTATIONS.map((key) => annotations.at(key).text()).find(isName) ?? '';
}

/** An id without the name of its hash; empty for what is no id. */
function idOf(text: ByteString): ByteString {
  return isName(text) ? '' : text.replace(/^sha256:/, '');
}
