import type { ComponentChildren } from 'preact';

interface CardProps {
  readonly title: string;
  readonly isWide?: boolean;
  readonly children: ComponentChildren;
}

export function Card({ title, isWide = false, children }: CardProps) {
  return (
    <section class={`panel ${isWide ? 'wide' : ''}`} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface FigureProps {
  readonly value: string;
  readonly about: string;
  readonly isBad?: boolean;
}

/** A number that is read from afar. */
export function Figure({ value, about, isBad = false }: FigureProps) {
  return (
    <p class={`figure ${isBad ? 'problem' : ''}`}>
      <strong>{value}</strong> <span>{about}</span>
    </p>
  );
}

interface TableProps {
  readonly head: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
}

/** The first column names what the others tell. */
export function Table({ head, rows }: TableProps) {
  return (
    <table class="small-table">
      <thead>
        <tr>
          {head.map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([first, ...rest], row) => (
          // Rows have no name of their own.
          <tr key={`row ${row}`}>
            <th scope="row">{first}</th>
            {rest.map((cell, index) => (
              <td key={head[index + 1]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
