/** Judges pods by the Pod Security Standards and, beyond them, by whether their containers can change. */
import { immutabilityFindings } from '../immutability/judge.ts';
import { pathText } from '../manifests/field-path.ts';
import type { Pod } from '../manifests/pods.ts';
import { CONFINEMENT_CONTROLS } from './confinement-controls.ts';
import type { Control, Violation } from './control.ts';
import { type Finding, includes, type Profile } from './finding.ts';
import { HOST_CONTROLS } from './host-controls.ts';
import { PRIVILEGE_CONTROLS } from './privilege-controls.ts';
import { LATEST_MINOR } from './version.ts';
import { VOLUME_CONTROLS } from './volume-controls.ts';

/** All controls of the Pod Security Standards. */
export const CONTROLS: readonly Control[] = [
  ...HOST_CONTROLS,
  ...PRIVILEGE_CONTROLS,
  ...CONFINEMENT_CONTROLS,
  ...VOLUME_CONTROLS,
];

/**
 * What `profile` forbids of a pod, in no file and with no cluster: `[]` for a pod that may run. `pod` is plain data:
 * `metadata` (of which the annotations count) and `spec`, as in a Pod or in the template of a workload (see
 * {@link podOf}); what has the wrong type counts as absent. `minor` chooses the version of the standards (see
 * {@link minorVersion}). Paths of findings begin at the pod; findings of less strict profiles are among those of a
 * stricter one and say by `profile` which forbids them first. With `immutable` there are notes, which forbid
 * nothing, too.
 */
export function judgePod(pod: Pod, profile: Profile, minor: number = LATEST_MINOR): Finding[] {
  const findings = standardFindings(pod, profile, minor);
  return includes(profile, 'immutable') ? [...findings, ...immutabilityFindings(pod)] : findings;
}

/**
 * The strictest of Kubernetes' three profiles that the pod satisfies, as its own admission controller would
 * decide.
 */
export function strictestProfile(pod: Pod, minor: number = LATEST_MINOR): Exclude<Profile, 'immutable'> {
  if (judgePod(pod, 'restricted', minor).length === 0) return 'restricted';
  return judgePod(pod, 'baseline', minor).length === 0 ? 'baseline' : 'privileged';
}

function standardFindings(pod: Pod, profile: Profile, minor: number): Finding[] {
  const isRestricted = includes(profile, 'restricted');
  const controls = CONTROLS.filter((control) => control.since <= minor && includes(profile, control.profile));
  const findings: Finding[] = [];
  for (const control of controls) {
    let violations = control.check(pod, minor);
    const stricter = isRestricted && controls.find(({ insteadOf }) => insteadOf === control.name);
    if (stricter) violations = onlyAt(violations, stricter.check(pod, minor));
    if (control.insteadOf !== undefined) {
      const { insteadOf } = control;
      const weaker = controls.find(({ name }) => name === insteadOf);
      // What baseline forbids too is told once, as baseline's.
      if (weaker !== undefined) violations = notAt(violations, weaker.check(pod, minor));
    }
    findings.push(...violations.map((violation) => findingOf(control, violation)));
  }
  return findings;
}

function findingOf({ name, profile }: Control, violation: Violation): Finding {
  return { control: name, profile, severity: profile === 'baseline' ? 'error' : 'warning', ...violation };
}

function onlyAt(violations: readonly Violation[], others: readonly Violation[]): Violation[] {
  const paths = new Set(others.map(({ path }) => pathText(path)));
  return violations.filter(({ path }) => paths.has(pathText(path)));
}

function notAt(violations: readonly Violation[], others: readonly Violation[]): Violation[] {
  const paths = new Set(others.map(({ path }) => pathText(path)));
  return violations.filter(({ path }) => !paths.has(pathText(path)));
}
