interface Named {
  readonly id: string;
  readonly name: string;
}

/** The options of a `<select>` among rooms, beds or departments. */
export function NamedOptions({ of }: { of: readonly Named[] }) {
  return of.map(({ id, name }) => (
    <option key={id} value={id}>
      {name}
    </option>
  ));
}
