/** What a scene says about the rules: were they raised, and was the twin left alone? */
import type { Performance } from './perform.ts';
import type { Scene } from './scene.ts';

/** An alert while a scene was performed. */
export interface SeenAlert {
  readonly rule: string;
  /** Milliseconds from the event to the alert. */
  readonly delayMs: number;
}

export type Result =
  /** Every rule that was to fire did; of a twin: none did. */
  | 'detected'
  | 'silent'
  /** A rule that was to fire did not. */
  | 'missed'
  /** A rule fired although the twin is legitimate. */
  | 'false alarm'
  /** None of the scene's rules is loaded and enabled. */
  | 'no rule'
  /** Performed, and nobody watched. */
  | 'performed'
  | 'skipped'
  | 'failed';

export interface Verdict {
  readonly scene: Scene;
  readonly isTwin: boolean;
  readonly result: Result;
  /** The rules in question: those that had to fire, or of a twin those that fired. */
  readonly rules: readonly { readonly rule: string; readonly delayMs: number | undefined }[];
  /** Why it was skipped, or failed. */
  readonly reason: string | undefined;
}

/** Rules of the scene that are loaded and enabled. */
export function rulesInUse({ falco, lanner }: Scene, enabled: ReadonlySet<string>): string[] {
  return [...falco, ...lanner].filter((rule) => enabled.has(rule));
}

export function judge(
  scene: Scene,
  isTwin: boolean,
  performance: Performance,
  alerts: readonly SeenAlert[],
  enabled: ReadonlySet<string>,
): Verdict {
  const of = (result: Result, rules: Verdict['rules'] = [], reason?: string): Verdict => ({
    scene,
    isTwin,
    result,
    rules,
    reason,
  });
  if (performance.kind !== 'performed') return of(performance.kind, [], performance.reason);
  const rules = rulesInUse(scene, enabled).map((rule) => ({
    rule,
    delayMs: alerts.find((alert) => alert.rule === rule)?.delayMs,
  }));
  if (isTwin) {
    const fired = rules.filter(({ delayMs }) => delayMs !== undefined);
    return of(fired.length === 0 ? 'silent' : 'false alarm', fired);
  }
  return of(rules.some(({ delayMs }) => delayMs === undefined) ? 'missed' : 'detected', rules);
}

/** Whether the verdict is one that nobody wants. */
export function isBad({ result }: Verdict): boolean {
  return result === 'missed' || result === 'false alarm' || result === 'failed';
}
