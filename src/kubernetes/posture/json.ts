/** The posture for programs. */
import { placeText } from '../manifests/manifest.ts';
import type { Posture } from './judge.ts';

/** One JSON object, indented. */
export function postureJson({ profile, minor, pods, skipped, problems, unknownImages }: Posture): string {
  const report = {
    profile,
    version: `v1.${minor}`,
    pods: pods.map(({ kind, name, namespace, place, satisfies, findings }) => ({
      kind,
      namespace,
      name,
      ...located(place),
      satisfies,
      findings: findings.map((finding) => ({
        control: finding.control,
        profile: finding.severity === 'note' ? null : finding.profile,
        severity: finding.severity,
        message: finding.message,
        remedy: finding.remedy,
        container: finding.container ?? null,
        field: finding.field,
        ...located(finding.place),
      })),
    })),
    objects_without_pods: skipped,
    unknown_images: unknownImages,
    problems: problems.map(({ place, message }) => ({ place: placeText(place), message })),
  };
  return JSON.stringify(report, undefined, 2);
}

function located({ origin, line, column }: Posture['pods'][number]['place']): object {
  return { file: origin, line: line ?? null, column: column ?? null };
}
