/** The control on kinds of volumes. Source: Kubernetes' documentation, "Pod Security Standards". */
import { type JsonMap, listOf, mapOf, textOf } from '../manifests/manifest.ts';
import type { Control, Violation } from './control.ts';

const ALLOWED = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

export const VOLUME_CONTROLS: readonly Control[] = [
  {
    name: 'restrictedVolumes',
    title: 'Kinds of volumes',
    profile: 'restricted',
    since: 0,
    insteadOf: 'hostPathVolumes',
    check: ({ spec }) =>
      listOf(spec.volumes).flatMap((item, index): Violation[] => {
        const volume = mapOf(item) ?? {};
        const kinds = kindsOf(volume);
        // One that names no kind becomes an emptyDir before anybody judges it.
        if (kinds.length === 0 || kinds.some((kind) => ALLOWED.includes(kind))) return [];
        const [kind = ''] = kinds;
        return [
          {
            path: ['spec', 'volumes', index, kind],
            message: `volume ${textOf(volume.name)} is of the kind ${kind}`,
            remedy: `use one of ${ALLOWED.join(', ')}`,
          },
        ];
      }),
  },
];

/** The fields of a volume that say where it comes from. */
export function kindsOf(volume: JsonMap): string[] {
  return Object.keys(volume).filter((key) => key !== 'name' && (volume[key] ?? undefined) !== undefined);
}
