/** Which hosts a rule set asks for by name. */
import { setTimeout } from 'node:timers/promises';
import type { Config } from '../config/schema.ts';
import { type ByteString, toText } from '../events/bytes.ts';
import type { CheckedRuleSet, Condition } from '../rules/checked.ts';
import { HostNames } from '../system/host-names.ts';

const NAME_FIELDS: ReadonlySet<string> = new Set([
  'fd.cip.name',
  'fd.sip.name',
  'fd.lip.name',
  'fd.rip.name',
]);
const OPERATORS: ReadonlySet<string> = new Set(['=', '!=', 'in']);

export interface OpenHosts {
  readonly hosts: HostNames;
  /** All is answered, or as much time has gone by as the configuration allows. */
  readonly answered: Promise<void>;
}

/** Has the names resolved. */
export function openHosts(config: Config, ruleSet: CheckedRuleSet, log: (line: string) => void): OpenHosts {
  const hosts = new HostNames({
    onFailure: (name, error) => log(`the host ${toText(name)} in the rules is not known: ${String(error)}`),
  });
  hosts.ask(hostsToResolve(config, ruleSet));
  const { leftOut } = hosts.statistics;
  if (leftOut > 0) log(`warning: the rules name too many hosts: ${leftOut} of them are not resolved`);
  const late = setTimeout(config.host_names.wait_ms, undefined, { ref: false });
  return { hosts, answered: Promise.race([hosts.settled(), late]) };
}

/** The names to resolve while the kernel is watched. */
export function hostsToResolve(
  { host_names }: Pick<Config, 'host_names'>,
  ruleSet: CheckedRuleSet,
): ReadonlySet<ByteString> {
  return host_names.resolve === 'never' ? new Set() : askedHosts(ruleSet);
}

/** Names that the conditions of enabled rules compare with those of a connection's ends. */
export function askedHosts({ rules }: CheckedRuleSet): ReadonlySet<ByteString> {
  const hosts = new Set<ByteString>();
  const seen = new Set<Condition>();
  const visit = (condition: Condition): void => {
    if (seen.has(condition)) return;
    seen.add(condition);
    if (condition.kind === 'and' || condition.kind === 'or') condition.operands.forEach(visit);
    else if (condition.kind === 'not') visit(condition.operand);
    else if (condition.kind !== 'exists') collect(condition, hosts);
  };
  for (const rule of rules) if (rule.enabled && rule.source === 'syscall') visit(rule.condition);
  return hosts;
}

function collect(
  { left, operator, right }: Exclude<Condition, { kind: 'and' | 'or' | 'not' | 'exists' }>,
  hosts: Set<ByteString>,
): void {
  if (left.kind !== 'field' || right.kind !== 'values' || !OPERATORS.has(operator)) return;
  if (!NAME_FIELDS.has(left.field.name)) return;
  for (const value of right.values) if (typeof value === 'string' && value !== '') hosts.add(value);
}
