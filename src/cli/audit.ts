/** `lanner audit …`: the audit log of Kubernetes, what it is to record, and turning it on. */
import type { Command } from 'commander';
import { addEnableCommand } from './audit-enable.ts';
import { addPolicyCommands } from './audit-policy.ts';

export function addAuditCommand(program: Command, finish: (code: number) => void): void {
  const audit = program
    .command('audit')
    .summary("check, explain and make the policy of Kubernetes' audit log, and turn it on")
    .description("Commands about the audit log of Kubernetes' API server.");
  addPolicyCommands(audit, finish);
  addEnableCommand(audit, finish);
}
