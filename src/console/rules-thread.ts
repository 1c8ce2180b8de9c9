/** Reads and checks rule files for the console in a thread of its own: large sets take seconds. */
import { workerData } from 'node:worker_threads';
import { answering } from './answering.ts';
import { RuleAnswers, type RuleSettings } from './rule-answers.ts';

export type RuleQuestion =
  | { readonly kind: 'rules' }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'source'; readonly name: string }
  | { readonly kind: 'tagged' }
  | { readonly kind: 'files' }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'validate'; readonly text: string }
  | { readonly kind: 'toggled'; readonly name: string; readonly enabled: boolean; readonly text: string };

const answers = new RuleAnswers(workerData as RuleSettings);

answering((question: RuleQuestion) => {
  switch (question.kind) {
    case 'rules':
      return answers.rules();
    case 'rule':
      return answers.rule(question.name);
    case 'source':
      return answers.source(question.name);
    case 'tagged':
      return answers.tagged();
    case 'files':
      return answers.files();
    case 'file':
      return answers.file(question.name);
    case 'validate':
      return answers.validate(question.text);
    case 'toggled':
      return answers.toggled(question.name, question.enabled, question.text);
  }
});
