/** What pages say instead of data: that something is missing, went wrong, or is not there yet. */
import type { ComponentChildren } from 'preact';
import type { Feature } from '../../src/server/api-types.ts';
import type { Resource } from '../data/resource.ts';

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Missing({ feature }: { readonly feature: Feature | undefined }) {
  return (
    <Empty title="Not there">
      <p>{feature?.reason ?? 'This server does not have it.'}</p>
    </Empty>
  );
}

/** What is loaded, or why it is not. Data that was there stays, with a line above it, when loading it anew fails. */
export function Loaded<T>({
  resource,
  children,
}: {
  readonly resource: Resource<T>;
  readonly children: (value: T) => ComponentChildren;
}) {
  const { value, failure, reload } = resource;
  return (
    <>
      {failure && (
        <div role="alert" class="notice bad">
          <span>
            {failure.message}
            {value !== undefined && ' What is shown is older.'}
          </span>
          <button type="button" onClick={reload}>
            Try again
          </button>
        </div>
      )}
      {value !== undefined ? children(value) : !failure && <Loading />}
    </>
  );
}

export function Loading() {
  return (
    <p class="loading" role="status">
      Loading…
    </p>
  );
}
