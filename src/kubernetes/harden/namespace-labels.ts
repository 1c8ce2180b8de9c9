/** The labels of Pod Security Admission that a namespace's workloads already satisfy. */
import { stringify } from 'yaml';
import { objectName, placeText } from '../manifests/manifest.ts';
import type { Profile } from '../pod-security/finding.ts';
import type { JudgedPod, Posture } from '../posture/judge.ts';

type Standard = Exclude<Profile, 'immutable'>;

const STANDARDS: readonly Standard[] = ['privileged', 'baseline', 'restricted'];
const PREFIX = 'pod-security.kubernetes.io';

export interface NamespaceLabels {
  /** The strictest profile that all satisfy: nothing that is there is refused. */
  readonly enforce: Standard;
  /** The next stricter one, for audit and warn; the same where there is none. */
  readonly next: Standard;
  readonly labels: Readonly<Record<string, string>>;
  /** What keeps the namespace from the next one. */
  readonly hindrances: readonly JudgedPod[];
}

/** Finds the labels for pods that were judged by the restricted profile. A namespace without pods satisfies all. */
export function namespaceLabels({ pods, minor }: Pick<Posture, 'pods' | 'minor'>): NamespaceLabels {
  const level = Math.min(STANDARDS.length - 1, ...pods.map(({ satisfies }) => STANDARDS.indexOf(satisfies)));
  const enforce = STANDARDS[level] as Standard;
  const next = STANDARDS[Math.min(level + 1, STANDARDS.length - 1)] as Standard;
  const labels: Record<string, string> = {};
  for (const [mode, profile] of [
    ['enforce', enforce],
    ['audit', next],
    ['warn', next],
  ] as const) {
    labels[`${PREFIX}/${mode}`] = profile;
    labels[`${PREFIX}/${mode}-version`] = `v1.${minor}`;
  }
  const hindrances = pods.flatMap((pod): JudgedPod[] => {
    const findings = pod.findings.filter(({ profile }) => next === 'restricted' || profile === next);
    return next === enforce || findings.length === 0 ? [] : [{ ...pod, findings }];
  });
  return { enforce, next, labels, hindrances };
}

/** A Namespace with the labels, to be applied as it is, and behind it as comments what hinders. */
export function namespaceText(name: string, { enforce, next, labels, hindrances }: NamespaceLabels): string {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  const lines = hindrances.flatMap((pod) => [
    `  ${objectName(pod)}`,
    ...pod.findings.map(
      ({ place, message, remedy, control }) => `    ${placeText(place)}: ${message}: ${remedy} [${control}]`,
    ),
  ]);
  const about =
    next === enforce
      ? [`All satisfy ${enforce}: there is no stricter profile.`]
      : [`Keeps the namespace from ${next}:`, ...lines];
  return `${stringify(namespace)}${about.map((line) => `# ${line}`).join('\n')}`;
}
