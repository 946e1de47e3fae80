/** @file What went wrong, in the server's own sentence, and read out. */
export function Notice({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : (
    <p class="notice bad" role="alert">
      {text}
    </p>
  );
}
