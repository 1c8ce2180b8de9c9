/** Scenes as the input of tests: who can act them out, and what tests want of it. */
import type { RuleAlert } from '../alerts/alert.ts';
import type { CheckedRule } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';

export interface SceneInput {
  readonly kind: 'scene';
  readonly name: string;
  /** Its legitimate twin is meant. */
  readonly isTwin: boolean;
  readonly place: string;
}

export type ScenePlay =
  | { readonly kind: 'played'; readonly alerts: readonly RuleAlert[] }
  /** It cannot be played here; the reason is for people. */
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface ScenePlayer {
  /**
   * Acts a scene out while these rules watch it, and nothing else. `seen` is told of every event and the rules that it
   * matches; the context is valid during the call alone.
   */
  play(
    scene: SceneInput,
    rules: readonly CheckedRule[],
    seen: (context: EventContext, matched: readonly CheckedRule[]) => void,
  ): Promise<ScenePlay>;
}
