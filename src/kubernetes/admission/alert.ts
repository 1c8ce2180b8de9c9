/** What Lanner's outputs are told of a pod that a profile forbids. */
import type { AlertField, RuleAlert } from '../../alerts/alert.ts';
import { objectName } from '../manifests/manifest.ts';
import { fieldOf, type Judgement, type Outcome } from './judge.ts';
import type { AdmissionRequest } from './review.ts';

/** The source of such alerts. */
export const ADMISSION_SOURCE = 'k8s_admission';

const RULES: Partial<Record<Outcome, { readonly rule: string; readonly priority: RuleAlert['priority'] }>> = {
  refused: { rule: 'Pod Refused by Admission', priority: 'Warning' },
  warned: { rule: 'Forbidden Pod Admitted', priority: 'Notice' },
  audited: { rule: 'Forbidden Pod Admitted', priority: 'Notice' },
};

/** `undefined` for what is nothing to tell of. `time` is in nanoseconds since the epoch. */
export function admissionAlert(
  request: AdmissionRequest,
  { outcome, standard, findings, base }: Judgement,
  { time, hostname }: Pick<RuleAlert, 'time' | 'hostname'>,
): RuleAlert | undefined {
  const told = RULES[outcome];
  // A dry run must have no effect.
  if (told === undefined || request.isDryRun) return undefined;
  const { user, kind, name, namespace, operation, subresource } = request;
  const controls = [...new Set(findings.map(({ control }) => control))];
  const fields: AlertField[] = [
    text('admission.decision', outcome),
    text('admission.profile', standard.profile),
    text('admission.mode', standard.mode),
    text('admission.operation', operation),
    text('admission.subresource', subresource === '' ? null : subresource),
    text('admission.user', user),
    text('admission.kind', kind),
    text('admission.name', name === '' ? null : name),
    text('k8s.ns.name', namespace),
    { key: 'admission.controls', type: 'CHARBUF', value: controls },
    { key: 'admission.fields', type: 'CHARBUF', value: findings.map((finding) => fieldOf(finding, base)) },
  ];
  const message =
    `${objectName({ kind, name, namespace })} ${outcome === 'refused' ? 'refused' : 'admitted'}, which the profile ` +
    `${standard.profile} forbids: ${findings[0]?.message ?? ''} (user=${user} operation=${operation} ` +
    `controls=${controls.join(',')})`;
  return {
    kind: 'rule',
    ...told,
    source: ADMISSION_SOURCE,
    tags: ['T1610', 'k8s', 'mitre_execution'],
    time,
    hostname,
    message,
    fields,
  };
}

function text(key: string, value: string | null): AlertField {
  return { key, type: 'CHARBUF', value };
}
