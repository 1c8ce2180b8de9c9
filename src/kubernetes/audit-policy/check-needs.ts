/** What detection rules need and a policy does not record. */
import { decisionOf, isLongRunning } from './decide.ts';
import { describeRequests, firstOf } from './describe-requests.ts';
import { type AuditNeed, isFed } from './needs.ts';
import { type DecidedRequests, partition } from './partition.ts';
import { isLevelAtLeast, type Level, type Policy, STAGES, type WrittenRule } from './policy.ts';
import type { PolicyProblem } from './problem.ts';
import {
  EVERY_RESOURCE,
  exampleRequest,
  intersectBoxes,
  type RequestBox,
  subtractBox,
} from './request-set.ts';
import { hasText, only } from './text-set.ts';

/** In which way a need is not met. */
type Lack = 'level' | 'stages' | 'output';

interface Gap {
  readonly lack: Lack;
  readonly rule: WrittenRule | undefined;
  readonly level: Level;
  readonly boxes: readonly RequestBox[];
  readonly needs: readonly AuditNeed[];
  /** Probably meant: certain users, or subresources of what is recorded itself. */
  readonly isAside: boolean;
}

/**
 * One problem for each rule of the policy and each way in which it falls short. A rule that leaves out certain users,
 * or subresources of what is recorded, is probably meant: that is a note.
 */
export function unmetNeeds(policy: Policy<WrittenRule>, needs: readonly AuditNeed[]): PolicyProblem[] {
  const gaps = new Map<string, Gap>();
  const unknown = new Set<string>();
  for (const need of needs) {
    const shares = partition(policy, [need.box]);
    if (shares === undefined) unknown.add(need.rule);
    for (const share of shares ?? []) {
      for (const gap of gapsOf(policy, need, share)) {
        const key = `${gap.rule?.index} ${gap.lack} ${gap.level} ${gap.isAside}`;
        const known = gaps.get(key);
        gaps.set(key, known === undefined ? gap : joined(known, gap));
      }
    }
  }
  const problems = [...gaps.values()].map((gap) => problemOf(policy, gap));
  return unknown.size === 0 ? problems : [...problems, tooTangled(policy, [...unknown])];
}

function tooTangled(policy: Policy<WrittenRule>, detectionRules: readonly string[]): PolicyProblem {
  const message = `the policy's rules overlap in so many ways that it is not known whether it records what is needed by ${firstOf(detectionRules)}`;
  return { severity: 'note', code: 'too-tangled', message, place: lastPlace(policy), detectionRules };
}

function joined(a: Gap, b: Gap): Gap {
  return { ...a, boxes: [...a.boxes, ...b.boxes], needs: [...a.needs, ...b.needs] };
}

function gapsOf(
  policy: Policy<WrittenRule>,
  need: AuditNeed,
  { rule, boxes }: DecidedRequests<WrittenRule>,
): Gap[] {
  const { level, stages } = decisionOf(policy, rule);
  const gap = (lack: Lack, wanted: Level, lacking: readonly RequestBox[]): Gap[] => {
    const isAside = isOfCertainUsers(rule) || lacking.every((box) => isSubresourceOnly(box, need.box));
    return [{ lack, rule, level: wanted, boxes: lacking, needs: [need], isAside }];
  };
  if (!isLevelAtLeast(level, need.level)) return gap('level', need.level, boxes);
  const unfed = boxes
    .flatMap(byLength)
    .filter((box) => !isFed(need, stages, isLongRunning(exampleRequest(box))));
  if (unfed.length > 0) return gap('stages', level, unfed);
  return isLevelAtLeast(level, need.outputLevel) ? [] : gap('output', need.outputLevel, boxes);
}

function isOfCertainUsers(rule: WrittenRule | undefined): boolean {
  return rule !== undefined && (rule.users.length > 0 || rule.userGroups.length > 0);
}

/** Whether the need is one for a resource itself, and the box has its subresources only. */
function isSubresourceOnly({ kind, subresource }: RequestBox, needed: RequestBox): boolean {
  return kind === 'resource' && hasText(needed.subresource, '') && !hasText(subresource, '');
}

/** Parts all of whose requests stay open, or none. */
function byLength(box: RequestBox): RequestBox[] {
  if (box.kind === 'path') return [box];
  const long = [
    { ...EVERY_RESOURCE, verb: only(['watch', 'proxy']) },
    { ...EVERY_RESOURCE, subresource: only(['attach', 'exec', 'proxy', 'log', 'portforward']) },
  ];
  const [watching, streaming] = long.map((part) => intersectBoxes(box, part));
  const short = long.reduce<RequestBox[]>(
    (rest, part) => rest.flatMap((each) => subtractBox(each, part)),
    [box],
  );
  return [watching, streaming, ...short].filter((part) => part !== undefined);
}

function problemOf(policy: Policy<WrittenRule>, gap: Gap): PolicyProblem {
  const { rule, lack, needs, isAside } = gap;
  const detectionRules = [...new Set(needs.map((need) => need.rule))];
  const place = rule?.locate(lack === 'stages' ? ['omitStages'] : ['level']) ?? lastPlace(policy);
  const code = lack === 'output' ? 'alerts-incomplete' : 'records-nothing-for-rules';
  const severity = lack === 'output' || isAside ? 'note' : 'warning';
  return { severity, code, message: messageOf(policy, gap, firstOf(detectionRules)), place, detectionRules };
}

function messageOf(policy: Policy<WrittenRule>, gap: Gap, rules: string): string {
  const what = describeRequests(gap.boxes);
  const { level, stages } = decisionOf(policy, gap.rule);
  switch (gap.lack) {
    case 'level': {
      const is = gap.rule === undefined ? 'no rule matches' : `this rule records at ${level}`;
      return `${is}: ${what}; ${gap.level} is needed by ${rules}`;
    }
    case 'stages': {
      const wanted = STAGES.filter((stage) => gap.needs.some((need) => need.stages.has(stage)));
      const recorded = stages.length === 0 ? 'no stage' : stages.join(', ');
      return `${what}: recorded at ${recorded}; ${wanted.join(', ')} is needed by ${rules}`;
    }
    case 'output':
      return `${what}: recorded at ${level}; ${gap.level} is needed for all that alerts tell by ${rules}`;
  }
}

function lastPlace({ rules }: Policy<WrittenRule>): PolicyProblem['place'] {
  return rules.at(-1)?.locate([]) ?? { origin: '' };
}
