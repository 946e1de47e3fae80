/** @file The choices of a list of names. */
export function NameOptions({ names }: { readonly names: readonly string[] }) {
  return names.map((each) => (
    <option key={each} value={each}>
      {each}
    </option>
  ));
}
