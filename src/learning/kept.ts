/** Observations kept beside the rules, so that later runs add to them. */
import { createHash } from 'node:crypto';
import {
  type Learned,
  LIMIT,
  nothingLearned,
  type Profile,
  type Seen,
  TALLIES,
  Tally,
} from './observation.ts';

const FORMAT = 'lanner learn 1';

/** Text of the file; `rules` are those that were made of it. */
export function keptText(learned: Learned, rules: string): string {
  const { profiles, names, ...counts } = learned;
  const kept = {
    format: FORMAT,
    rules: digest(rules),
    ...counts,
    names: Object.fromEntries(names),
    profiles: profiles.map((profile) => ({
      subject: profile.subject,
      ...Object.fromEntries(
        TALLIES.map((name) => [name, { refused: profile[name].refused, seen: profile[name].all }]),
      ),
    })),
  };
  return `${JSON.stringify(kept)}\n`;
}

export interface Kept {
  readonly learned: Learned;
  /** Whether the rules are those that were made of the observations. */
  readonly isOf: (rules: string) => boolean;
}

/** Reads such a text. Throws an error for people when it is none. */
export function readKept(text: string): Kept {
  let kept: ReturnType<typeof JSON.parse>;
  try {
    kept = JSON.parse(text);
  } catch (error) {
    throw new Error(`not what lanner learn keeps: ${(error as Error).message}`);
  }
  if (kept?.format !== FORMAT || !Array.isArray(kept.profiles))
    throw new Error('not what this version of lanner learn keeps');
  const learned: Learned = {
    ...nothingLearned(),
    ...{ runs: Number(kept.runs), events: Number(kept.events), lost: Number(kept.lost) },
    ...{ unattributed: Number(kept.unattributed), pathless: Number(kept.pathless) },
    names: new Map(Object.entries(kept.names ?? {}).map(([address, name]) => [address, String(name)])),
    profiles: kept.profiles.map(readProfile),
  };
  return { learned, isOf: (rules) => digest(rules) === kept.rules };
}

function readProfile(
  kept: Record<string, { refused?: number; seen?: Seen<never>[] }> & { subject: Profile['subject'] },
): Profile {
  const tallies = TALLIES.map((name) => {
    const tally = new Tally<never>(LIMIT, kept[name]?.seen ?? []);
    tally.refused = kept[name]?.refused ?? 0;
    return [name, tally] as const;
  });
  return { subject: kept.subject, ...Object.fromEntries(tallies) } as unknown as Profile;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
