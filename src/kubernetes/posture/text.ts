/** The posture as people read it. */
import { objectName, placeText } from '../manifests/manifest.ts';
import { PROFILES } from '../pod-security/finding.ts';
import type { JudgedPod, PlacedFinding, Posture } from './judge.ts';

/** All findings with their places, pod by pod, and the sums. */
export function postureText(posture: Posture): string {
  const parts = posture.pods.map(podText).filter((text) => text !== '');
  return [...parts, summary(posture)].join('\n\n');
}

function podText(pod: JudgedPod): string {
  if (pod.findings.length === 0) return '';
  const head = `${objectName(pod)}: satisfies ${pod.satisfies}`;
  return [head, ...pod.findings.map(findingText)].join('\n');
}

function findingText({ place, severity, message, field, remedy, control, profile }: PlacedFinding): string {
  const forbiddenBy = severity === 'note' ? control : `${control}, ${profile}`;
  return `  ${placeText(place)}: ${severity}: ${message} [${forbiddenBy}]\n      ${field}: ${remedy}`;
}

function summary({ pods, skipped, unknownImages, minor, profile }: Posture): string {
  const findings = pods.flatMap((pod) => pod.findings);
  const lines: string[] = [];
  const levels = PROFILES.slice(0, 3)
    .map((level) => [level, pods.filter(({ satisfies }) => satisfies === level).length] as const)
    .filter(([, count]) => count > 0)
    .map(([level, count]) => `${count} ${level}`);
  lines.push(`${counted(pods.length, 'pod')} judged${levels.length > 0 ? `: ${levels.join(', ')}` : ''}`);
  const byProfile = PROFILES.slice(1)
    .map(
      (level) =>
        [level, findings.filter((f) => f.severity !== 'note' && f.profile === level).length] as const,
    )
    .filter(([, count]) => count > 0)
    .map(([level, count]) => `${count} against ${level}`);
  const notes = findings.filter(({ severity }) => severity === 'note').length;
  if (notes > 0) byProfile.push(counted(notes, 'note'));
  const version = `Pod Security Standards v1.${minor}`;
  if (byProfile.length > 0) lines.push(`${byProfile.join(', ')} (${version})`);
  // Of no pods at all this would say too much.
  else if (pods.length > 0) lines.push(`nothing to complain about for the profile ${profile} (${version})`);
  if (skipped > 0) lines.push(`${counted(skipped, 'object')} without pods passed over`);
  if (unknownImages.length > 0)
    lines.push(
      `unknown whether they hold shells or package managers (see --image-root): ${unknownImages.join(', ')}`,
    );
  return lines.join('\n');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
