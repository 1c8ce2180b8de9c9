/** What `lanner scenes` prints. */
import type { Scene } from './scene.ts';
import type { Result, Verdict } from './verdict.ts';

const NAME_WIDTH = 46;

/** Of `--format`. Markdown is for the list alone. */
export type ReportFormat = 'text' | 'json' | 'markdown';

/** The list of scenes. */
export function describeScenes(scenes: readonly Scene[], format: ReportFormat): string {
  if (format === 'markdown') return tableOf(scenes);
  if (format === 'json')
    return JSON.stringify(
      scenes.map(({ name, place, technique, story, falco, lanner, twin }) => ({
        name,
        place: place.kind,
        technique,
        story,
        rules: { falco, lanner },
        twin: twin.because,
      })),
    );
  const lines = scenes.map(
    ({ name, place, technique, falco, lanner }) =>
      `${name.padEnd(NAME_WIDTH)} ${place.kind.padEnd(9)} ${technique.padEnd(9)} ${(falco.length > 0 ? falco : lanner).join(', ')}`,
  );
  return [
    ...lines,
    `${scenes.length} scenes: perform them with "lanner scenes --all", or "lanner scenes NAME…"`,
  ].join('\n');
}

/** The table of docs/scenes.md. */
function tableOf(scenes: readonly Scene[]): string {
  const rows = scenes.map(({ name, story, technique, place, falco, lanner }) => {
    const where = place.kind === 'host' ? 'host' : place.engine ? 'Docker, Podman' : 'container';
    const rules = [...falco, ...lanner.map((rule) => `*${rule}*`)].join('<br>');
    return `| [${name}](../scenes/${name}.ts) | ${story} | ${technique} | ${where} | ${rules} |`;
  });
  return ['| scene | what happens | technique | where | rules |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}

/** One line for a scene that has been performed. */
export function verdictLine({ scene, isTwin, result, rules, reason }: Verdict): string {
  const name = isTwin ? `${scene.name}, twin` : scene.name;
  const details = reason ?? rules.map(ruleText).join(', ');
  return `${name.padEnd(NAME_WIDTH)} ${result.padEnd(11)} ${details}`.trimEnd();
}

function ruleText({ rule, delayMs }: Verdict['rules'][number]): string {
  return delayMs === undefined ? `no alert of "${rule}"` : `${rule} (${delayMs.toFixed(1)} ms)`;
}

/** The last line: how many of each; or, as JSON, everything. */
export function describeVerdicts(verdicts: readonly Verdict[], json: boolean): string {
  if (json)
    return JSON.stringify(
      verdicts.map(({ scene, isTwin, result, rules, reason }) => ({
        scene: scene.name,
        twin: isTwin,
        result,
        rules: rules.map(({ rule, delayMs }) => ({ rule, delay_ms: delayMs ?? null })),
        ...(reason === undefined ? {} : { reason }),
      })),
    );
  const counts = new Map<Result, number>();
  for (const { result } of verdicts) counts.set(result, (counts.get(result) ?? 0) + 1);
  return [...counts].map(([result, count]) => `${count} ${result}`).join(', ');
}
