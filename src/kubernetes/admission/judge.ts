/** Decides about one request: whether the pod that it brings may be. */
import { isDeepStrictEqual } from 'node:util';
import { type FieldPath, pathText, valueAt } from '../manifests/field-path.ts';
import { type JsonMap, mapOf, textOf } from '../manifests/manifest.ts';
import { type Pod, templatePath } from '../manifests/pods.ts';
import type { Finding } from '../pod-security/finding.ts';
import { judgePod } from '../pod-security/judge.ts';
import { type AdmissionPolicy, type Exemption, exemptionFor, type Standard, standardFor } from './policy.ts';
import { type AdmissionAnswer, type AdmissionRequest, ReviewError } from './review.ts';

/** `irrelevant` is what brings no pod, or does not change it. */
export type Outcome = 'irrelevant' | 'exempt' | 'allowed' | 'audited' | 'warned' | 'refused';

export interface Judgement {
  readonly outcome: Outcome;
  readonly answer: AdmissionAnswer;
  readonly standard: Standard;
  /** What the profile forbids. */
  readonly findings: readonly Finding[];
  /** Where the pod lies in the object. */
  readonly base: FieldPath;
}

const CHANGES: ReadonlySet<string> = new Set(['CREATE', 'UPDATE']);
/** Findings that are told to who asked. */
const MAX_TOLD = 10;
/** Characters of a warning; the API server cuts longer ones. */
const MAX_WARNING = 250;

/** Throws a {@link ReviewError} when what is to be made or changed is missing: nothing is let in for that. */
export function judgeRequest(request: AdmissionRequest, policy: AdmissionPolicy): Judgement {
  const standard = standardFor(policy, request.namespace);
  const base = templatePath(request);
  const admit = (outcome: Outcome, annotations: Readonly<Record<string, string>> = {}): Judgement => {
    return { outcome, standard, findings: [], base: base ?? [], answer: { isAllowed: true, annotations } };
  };
  if (base !== undefined && request.object === undefined && CHANGES.has(request.operation))
    throw new ReviewError('the review has no object');
  const pod = podAt(request.object, base);
  if (pod === undefined || base === undefined || !isChange(request, base)) return admit('irrelevant');
  const exemption = exemptionOf(request, pod, policy);
  if (exemption !== undefined) return admit('exempt', { exempt: exemption });
  const findings = judgePod(pod, standard.profile, policy.minor).filter(
    ({ severity }) => severity !== 'note',
  );
  if (findings.length === 0) return admit('allowed');
  return judgement(standard, findings, base);
}

function judgement(standard: Standard, findings: readonly Finding[], base: FieldPath): Judgement {
  const { mode, profile } = standard;
  const told = findings.slice(0, MAX_TOLD).map((finding) => `${finding.message} (${fieldOf(finding, base)})`);
  if (findings.length > MAX_TOLD) told.push(`and ${findings.length - MAX_TOLD} more`);
  const message = `the profile ${profile} forbids this: ${told.join('; ')}`;
  const annotations = { violations: message, mode };
  const rest = { standard, findings, base };
  switch (mode) {
    case 'enforce':
      return { ...rest, outcome: 'refused', answer: { isAllowed: false, message, annotations } };
    case 'warn': {
      const warnings = told.map((text) => `${profile}: ${text}`.slice(0, MAX_WARNING));
      return { ...rest, outcome: 'warned', answer: { isAllowed: true, warnings, annotations } };
    }
    case 'audit':
      return { ...rest, outcome: 'audited', answer: { isAllowed: true, annotations } };
  }
}

/** Where the finding lies, from the object that was sent. */
export function fieldOf({ path }: Finding, base: FieldPath): string {
  return pathText([...base, ...path]);
}

/**
 * Whether the request makes a pod, or changes one. What is there already can be labelled, scaled, and relieved of its
 * finalizers, whatever it is: otherwise nobody could delete it.
 */
function isChange({ operation, object, oldObject }: AdmissionRequest, base: FieldPath): boolean {
  if (operation === 'CREATE') return true;
  if (operation !== 'UPDATE') return false;
  const [now, before] = [podAt(object, base), podAt(oldObject, base)];
  if (now === undefined || before === undefined) return true;
  const judged = ({ metadata, spec }: Pod) => ({ annotations: metadata.annotations ?? {}, spec });
  return !isDeepStrictEqual(judged(now), judged(before));
}

/** `undefined` for an object that bears no pod. */
function podAt(object: JsonMap | undefined, base: FieldPath | undefined): Pod | undefined {
  if (object === undefined || base === undefined) return undefined;
  const template = mapOf(valueAt(object, base));
  return { metadata: mapOf(template?.metadata) ?? {}, spec: mapOf(template?.spec) ?? {} };
}

function exemptionOf(
  { user, namespace }: AdmissionRequest,
  { spec }: Pod,
  policy: AdmissionPolicy,
): Exemption | undefined {
  return exemptionFor(policy, { user, namespace, runtimeClass: textOf(spec.runtimeClassName) });
}
