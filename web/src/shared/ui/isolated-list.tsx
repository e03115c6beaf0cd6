import { Fragment } from 'react';

/** Words from several sources on one line: each keeps its own direction and place. */
export function IsolatedList({ items, separator }: { items: readonly string[]; separator: string }) {
  return items.map((item, place) => (
    <Fragment key={place}>
      {place > 0 && separator}
      <bdi>{item}</bdi>
    </Fragment>
  ));
}
