import { useEffect, useRef } from 'preact/hooks';
import type { AlertDetail, EditorText } from '../../../src/server/api-types.ts';
import { getJson, messageOf, withQuery } from '../../data/api.ts';
import { useResource } from '../../data/resource.ts';
import { editing, features } from '../../data/session.ts';
import type { RuleEditor } from '../../editor/mount-editor.ts';
import { navigate, query } from '../../router.ts';
import { Loaded, Missing } from '../../shell/notices.tsx';
import { bytesText, counted } from '../../text/number.ts';
import { CodeField } from './code-field.tsx';
import * as own from './draft.ts';
import { type OpenFiles, openFiles } from './files.ts';
import { Problems } from './problems.tsx';
import { appended, exceptionItem, overrideItem } from './templates.ts';
import { TryPanel } from './try-panel.tsx';

export function EditorPage() {
  const feature = features.value?.rules;
  useEffect(() => {
    document.title = 'Rule editor · Lanner';
  }, []);
  if (feature && !feature.available) return <Missing feature={feature} />;
  return <Files />;
}

function Files() {
  const resource = useResource('files', async (signal) => {
    const open = await openFiles(signal);
    for (const text of open.texts.values()) if (text.isOwn) own.begin(text);
    return open;
  });
  return (
    <>
      <h1>Rule editor</h1>
      <Loaded resource={resource}>{(open) => <Editing open={open} />}</Loaded>
    </>
  );
}

function Editing({ open }: { readonly open: OpenFiles }) {
  const { files, texts } = open;
  const wanted = query.value.get('file');
  const file = files.find(({ name }) => name === wanted) ?? files.find(({ isOwn }) => isOwn) ?? files[0];
  const text = file && texts.get(file.name);
  const editor = useRef<RuleEditor | undefined>(undefined);
  useTemplates(text?.isOwn === true, editor);
  if (file === undefined || text === undefined) return <p class="empty">No rule file is loaded.</p>;
  const canWrite = file.isWritable && editing.value.available;
  const at = files.indexOf(file);
  const others = (part: readonly { readonly name: string }[]): EditorText[] =>
    part.flatMap(({ name }) => texts.get(name) ?? []);
  return (
    <div class="editing">
      <div class="filter-row">
        <label for="file">File</label>
        <select
          id="file"
          value={file.name}
          onChange={({ currentTarget }) => navigate(withQuery('/editor', { file: currentTarget.value }))}
        >
          {files.map(({ name, isOwn, rules, bytes }) => (
            <option key={name} value={name}>
              {`${isOwn ? 'own rules: ' : ''}${name} (${counted(rules, 'rule')}, ${bytesText(bytes)})`}
            </option>
          ))}
        </select>
        {!file.isOwn && <span class="tag">to read only</span>}
        {file.isOwn && !canWrite && <span class="muted">{editing.value.reason}</span>}
      </div>
      {!file.isOwn && (
        <p class="muted">
          This file belongs to whoever installs rules. Changes of its rules go into the own rules, which are
          loaded last.
        </p>
      )}
      <CodeField
        key={`${file.name} ${text.hash}`}
        name={file.name}
        text={file.isOwn ? own.draft.value : text.text}
        isReadOnly={!canWrite}
        vocabulary={open.vocabulary}
        before={others(files.slice(0, at))}
        after={others(files.slice(at + 1))}
        onChange={(changed) => {
          if (file.isOwn) own.type(changed);
        }}
        onSave={() => {
          if (canWrite) void own.save();
        }}
        onOpen={(place) => navigate(withQuery('/editor', { file: place.file }))}
        onReady={(ready) => {
          editor.current = ready;
          // The template may have come before the editor.
          if (file.isOwn && ready && ready.text !== own.draft.value) ready.setText(own.draft.value);
        }}
      />
      {file.isOwn && <OwnFile canWrite={canWrite} editor={editor} />}
      <TryPanel rule={query.value.get('try') ?? ''} />
    </div>
  );
}

/** Begins with an item for the rule or alert that the address names. */
function useTemplates(isOwn: boolean, editor: { readonly current: RuleEditor | undefined }): void {
  const [rule, exception] = [query.value.get('rule'), query.value.get('exception')];
  useEffect(() => {
    if (!isOwn || (rule === null && exception === null)) return;
    const add = (item: string | undefined): void => {
      // Only once: not again after a reload of the page.
      navigate('/editor', { replace: true });
      if (item === undefined || own.draft.value.includes(item.trimEnd())) return;
      own.type(appended(own.draft.value, item));
      editor.current?.setText(own.draft.value);
      editor.current?.reveal({ line: own.draft.value.trimEnd().split('\n').length, column: 1 });
    };
    if (rule !== null) {
      add(overrideItem(rule));
      return;
    }
    getJson<AlertDetail>(`/api/alerts/${Number(exception)}`)
      .then((detail) => add(exceptionItem(detail)))
      .catch((error: unknown) => {
        own.outcome.value = { ok: false, text: messageOf(error) };
      });
  }, [isOwn, rule, exception, editor]);
}

function OwnFile({
  canWrite,
  editor,
}: {
  readonly canWrite: boolean;
  readonly editor: { readonly current: RuleEditor | undefined };
}) {
  const { value: outcome } = own.outcome;
  const settle = async (keep: boolean): Promise<void> => {
    await own.settle(keep);
    editor.current?.setText(own.draft.value);
  };
  return (
    <>
      {own.isConflict.value && (
        <div role="alert" class="notice bad">
          <span>The file was changed by somebody else since it was read.</span>
          <button type="button" onClick={() => void settle(false)}>
            Take theirs
          </button>
          <button type="button" onClick={() => void settle(true)}>
            Keep mine, to save it over theirs
          </button>
        </div>
      )}
      <div class="actions">
        <button
          type="button"
          class="main"
          disabled={!canWrite || !own.isChanged.value || own.isBusy.value || own.isConflict.value}
          onClick={() => void own.save()}
        >
          Save and use
        </button>
        <button
          type="button"
          disabled={!own.isChanged.value}
          onClick={() => {
            own.discard();
            editor.current?.setText(own.draft.value);
          }}
        >
          Discard changes
        </button>
        <span role="status" class={outcome?.ok === false ? 'problem' : 'muted'}>
          {outcome?.text ?? (own.isChanged.value ? 'Changed, not saved.' : '')}
        </span>
      </div>
      <Problems
        problems={own.problems.value}
        onGo={({ line, column }) => {
          editor.current?.reveal({ line, column });
          editor.current?.focus();
        }}
      />
    </>
  );
}
