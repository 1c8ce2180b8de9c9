/** Acts out scenes for `lanner test`: live, and watched by the rules of the test alone. */
import process from 'node:process';
import type { Alert, RuleAlert } from '../alerts/alert.ts';
import type { SceneInput, ScenePlay, ScenePlayer } from '../authoring/scene-player.ts';
import type { Config } from '../config/schema.ts';
import { loadRuleFiles } from '../engine/rule-files.ts';
import type { CheckedRule } from '../rules/checked.ts';
import { nearest } from '../rules/suggest.ts';
import { AlertListener, END_RULE, END_RULE_FILE } from '../scenes/audience.ts';
import { findEngine } from '../scenes/find-engine.ts';
import { loadScenes } from '../scenes/load.ts';
import { type Performance, perform, twinOf } from '../scenes/perform.ts';
import type { Scene } from '../scenes/scene.ts';
import { Theatre } from '../scenes/theatre.ts';
import { plainLog } from './log.ts';
import { incoming } from './scenes.ts';

export class LiveScenes implements ScenePlayer {
  readonly #config: Config;
  readonly #stop: AbortSignal;

  /** `stop` ends a scene in the middle. */
  constructor(config: Config, stop: AbortSignal) {
    // Rules do not hide each other. That no rule is about an event is what a test wants to be told.
    this.#config = { ...config, rule_matching: 'all', engine: { ...config.engine, prefilter: false } };
    this.#stop = stop;
  }

  async play(
    { name, isTwin }: SceneInput,
    rules: readonly CheckedRule[],
    seen: Parameters<ScenePlayer['play']>[2],
  ): Promise<ScenePlay> {
    const scenes = await loadScenes();
    const scene = scenes.find((each) => each.name === name);
    if (scene === undefined) {
      const names = scenes.map((each) => each.name);
      const meant = nearest(name, names);
      return {
        kind: 'failed',
        reason: `there is no scene ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
      };
    }
    if (this.#stop.aborted) return { kind: 'failed', reason: 'ended before it was played' };
    if (process.getuid?.() !== 0) return { kind: 'skipped', reason: 'scenes need root' };
    return this.#watch(scene, isTwin, rules, seen);
  }

  async #watch(
    scene: Scene,
    isTwin: boolean,
    rules: readonly CheckedRule[],
    seen: Parameters<ScenePlayer['play']>[2],
  ): Promise<ScenePlay> {
    const { ruleSet } = loadRuleFiles([END_RULE_FILE], { ...this.#config, rules: [] });
    const alerts: RuleAlert[] = [];
    const over = new AbortController();
    let listener: AlertListener | undefined;
    let performing: Promise<Performance> | undefined;
    const { watch } = await import('../engine/watch.ts');
    try {
      await watch({
        config: this.#config,
        ruleSet: { rules: [...rules, ...ruleSet.rules] },
        scope: { kind: 'processes', pids: [], isGrowing: true },
        alertsTo: {
          take(alert: Alert) {
            if (isOfRule(alert, rules)) alerts.push(alert);
            listener?.take(incoming(alert));
          },
        },
        observers: [
          {
            judged: (_event, context, matched) =>
              seen(
                context,
                matched.filter(({ name }) => name !== END_RULE),
              ),
          },
        ],
        stop: over.signal,
        log: plainLog,
        onReady: (watching) => {
          listener = new AlertListener(watching.follow);
          performing = this.#perform(scene, isTwin, listener).finally(() => over.abort());
        },
      });
    } catch (error) {
      if (performing === undefined)
        return { kind: 'skipped', reason: `system calls cannot be watched: ${(error as Error).message}` };
      throw error;
    }
    const performance = await performing;
    if (performance === undefined) return { kind: 'failed', reason: 'the scene did not begin' };
    return performance.kind === 'performed' ? { kind: 'played', alerts } : performance;
  }

  async #perform(scene: Scene, isTwin: boolean, listener: AlertListener): Promise<Performance> {
    const theatre = new Theatre({ scenes: [scene], engine: findEngine(this.#config.container_engines) });
    try {
      return await perform(theatre, isTwin ? twinOf(scene) : scene, this.#stop, listener);
    } finally {
      theatre.close();
    }
  }
}

function isOfRule(alert: Alert, rules: readonly CheckedRule[]): alert is RuleAlert {
  return Array.isArray(alert.fields) && rules.some(({ name }) => name === alert.rule);
}
