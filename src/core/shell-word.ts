/** @file Text as one word of a command line, for commands that are shown to be copied. */

/** @param windows - as `cmd` and PowerShell take it rather than a POSIX shell */
export function shellWord(text: string, windows: boolean): string {
  if (/^[\w@%+=:,./\\-]+$/.test(text)) return text;
  return windows ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`;
}
