/** What a policy does with one request, for people and for programs. */
import { type Place, placeText } from '../manifests/manifest.ts';
import { type AuditedRequest, decide, isLongRunning } from './decide.ts';
import { isLevelAtLeast, type Level, type Policy, STAGES, type Stage, type WrittenRule } from './policy.ts';

export interface Explanation {
  readonly level: Level;
  /** The rule that decides, from 0 in the policy; absent where none matches. */
  readonly rule: { readonly index: number; readonly place: Place } | undefined;
  /** Stages that the request goes through, Panic only if the API server fails over it. */
  readonly stages: readonly ExplainedStage[];
  readonly omitManagedFields: boolean;
}

export interface ExplainedStage {
  readonly stage: Stage;
  readonly isRecorded: boolean;
  /** The event of this stage has the body of the request, if it has one. */
  readonly hasRequestBody: boolean;
  readonly hasResponseBody: boolean;
}

export function explain(policy: Policy<WrittenRule>, request: AuditedRequest): Explanation {
  const { rule, level, stages, omitManagedFields } = decide(policy, request);
  const isLong = isLongRunning(request);
  const hasBodies = request.target.kind === 'resource';
  return {
    level,
    rule: rule === undefined ? undefined : { index: rule.index, place: rule.locate([]) },
    omitManagedFields,
    stages: STAGES.filter((stage) => stage !== 'ResponseStarted' || isLong).map((stage) => {
      const isRecorded = stages.includes(stage);
      // A body is read after the request has been received, and written after the response has begun.
      const body = isRecorded && hasBodies && stage !== 'RequestReceived';
      return {
        stage,
        isRecorded,
        hasRequestBody: body && isLevelAtLeast(level, 'Request'),
        hasResponseBody: body && stage === 'ResponseComplete' && isLevelAtLeast(level, 'RequestResponse'),
      };
    }),
  };
}

export function explanationText({ level, rule, stages, omitManagedFields }: Explanation): string {
  const decides =
    rule === undefined
      ? 'No rule matches: nothing is recorded.'
      : `Rule ${rule.index + 1} decides (${placeText(rule.place)}): level ${level}.`;
  if (level === 'None') return decides;
  const width = Math.max(...STAGES.map((stage) => stage.length));
  const lines = stages.map(
    (explained) => `  ${explained.stage.padEnd(width)}  ${recordedText(explained, omitManagedFields)}`,
  );
  return [decides, ...lines].join('\n');
}

function recordedText(stage: ExplainedStage, omitManagedFields: boolean): string {
  if (!stage.isRecorded) return 'not recorded';
  const parts = ['metadata'];
  if (stage.hasRequestBody) parts.push('request body');
  if (stage.hasResponseBody) parts.push('response body');
  const fields = omitManagedFields && parts.length > 1 ? ', without managedFields' : '';
  const when = stage.stage === 'Panic' ? ', if the API server fails' : '';
  return `recorded: ${parts.join(', ')}${fields}${when}`;
}
