import { Component, type ComponentChildren } from 'preact';
import { messageOf } from '../data/api.ts';
import { Empty } from './notices.tsx';

interface Props {
  readonly children: ComponentChildren;
}

/** What goes wrong in a page stays in it: the others can be reached. Give it a key for each page. */
export class Boundary extends Component<Props, { readonly problem: string | undefined }> {
  override state = { problem: undefined };

  static override getDerivedStateFromError(error: unknown) {
    return { problem: messageOf(error) };
  }

  override render() {
    if (this.state.problem === undefined) return this.props.children;
    return (
      <Empty title="This page has a fault">
        <p>{this.state.problem}</p>
        <p>
          <button type="button" onClick={() => window.location.reload()}>
            Load it anew
          </button>
        </p>
      </Empty>
    );
  }
}
