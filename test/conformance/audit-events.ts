/** Audit events through model, matcher and alerts, as a watching Lanner takes them. */
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import { compileSources } from '../../src/matcher/sources.ts';
import { finish } from '../../src/matcher/steps.ts';
import type { CheckedRule } from '../../src/rules/checked.ts';
import { AuditEventWriter } from '../../src/sources/audit/event-writer.ts';
import { readPayload, timeOf } from '../../src/sources/audit/payload.ts';
import type { EventContext } from '../../src/system/context.ts';
import { System } from '../../src/system/system.ts';

/** Calls `judge` with every event of the payloads; the context is the same object every time. */
export function eachAuditEvent(payloads: Iterable<string>, judge: (context: EventContext) => void): void {
  const system = System.open({ seed: { kind: 'none' } });
  const writer = new AuditEventWriter();
  let number = 0;
  try {
    for (const payload of payloads)
      for (const document of readPayload(Buffer.from(payload)).documents) {
        const json = Buffer.from(JSON.stringify(document));
        const event = { document, json, time: timeOf(document, 0n) };
        judge(system.learn(writer.show(event, ++number)));
        system.settle();
      }
  } finally {
    system.close();
  }
}

/** Names of the rules that match the events of the payloads, each as often as it matches. */
export function matchedRules(
  rules: readonly CheckedRule[],
  payloads: Iterable<string>,
  matching: 'first' | 'all',
): string[] {
  const matcher = finish(compileSources({ rules }, FIELD_CATALOG, { matching, sources: ['k8s_audit'] }));
  const names: string[] = [];
  eachAuditEvent(payloads, (context) => matcher.match(context, ({ name }) => names.push(name)));
  return names;
}
