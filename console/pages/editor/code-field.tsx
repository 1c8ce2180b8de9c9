/** The editor within the page. Its code is loaded when it is first shown. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { EditorOptions, FilePlace, RuleEditor } from '../../editor/mount-editor.ts';
import { Loading } from '../../shell/notices.tsx';

interface Props extends Pick<EditorOptions, 'vocabulary' | 'before' | 'after'> {
  readonly name: string;
  readonly text: string;
  readonly isReadOnly: boolean;
  readonly onChange: (text: string) => void;
  readonly onSave: () => void;
  readonly onOpen: (place: FilePlace) => void;
  /** Gets the editor as soon as it is there, and `undefined` when it is gone. */
  readonly onReady: (editor: RuleEditor | undefined) => void;
}

/** A field of another `name` has to have another `key`. */
export function CodeField(props: Props) {
  const parent = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<'loading' | 'there' | 'failed'>('loading');
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    let editor: RuleEditor | undefined;
    let isGone = false;
    import('../../editor/mount-editor.ts')
      .then(({ mountEditor }) => {
        if (isGone || parent.current === null) return;
        const { name, text, isReadOnly, vocabulary, before = [], after = [] } = latest.current;
        editor = mountEditor(parent.current, {
          ...{ name, text, vocabulary, before, after },
          readOnly: isReadOnly,
          label: `Rules in ${name}`,
          onChange: (changed) => latest.current.onChange(changed),
          onSave: () => latest.current.onSave(),
          onOpen: (place) => latest.current.onOpen(place),
        });
        setState('there');
        latest.current.onReady(editor);
      })
      .catch(() => {
        if (!isGone) setState('failed');
      });
    return () => {
      isGone = true;
      editor?.destroy();
      latest.current.onReady(undefined);
    };
  }, []);
  return (
    <div class="code-field" ref={parent}>
      {state === 'loading' && <Loading />}
      {state === 'failed' && (
        <p role="alert" class="notice bad">
          The editor could not be loaded: load the page anew.
        </p>
      )}
    </div>
  );
}
