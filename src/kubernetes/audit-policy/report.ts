/** Problems of a policy as lines for people and as data for programs. */
import { placeText } from '../manifests/manifest.ts';
import type { CheckedPolicy } from './check.ts';
import type { PolicyProblem, Severity } from './problem.ts';

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** One line for each problem. */
export function problemLine({ severity, code, message, place }: PolicyProblem): string {
  return `${placeText(place)}: ${severity}: ${message} [${code}]`;
}

/** How many rules the policy has, and how many problems of which kind: `3 rules: 1 error, 2 notes`. */
export function summaryLine({ policy, problems }: CheckedPolicy): string {
  const counts = SEVERITIES.map((severity) => {
    return { severity, count: problems.filter((problem) => problem.severity === severity).length };
  });
  const told = counts
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}${count === 1 ? '' : 's'}`);
  const rules = policy?.rules.length ?? 0;
  return `${rules} ${rules === 1 ? 'rule' : 'rules'}: ${told.join(', ') || 'nothing to complain about'}`;
}

/** The same as plain data. */
export function checkResult({ policy, problems }: CheckedPolicy): object {
  return {
    usable: policy !== undefined && !problems.some(({ isRefused }) => isRefused),
    rules: policy?.rules.length ?? 0,
    problems: problems.map(({ severity, code, message, place, isRefused = false, detectionRules = [] }) => ({
      severity,
      code,
      message,
      file: place.origin,
      line: place.line ?? null,
      column: place.column ?? null,
      refused: isRefused,
      rules: detectionRules,
    })),
  };
}
