/** @file The command that does the same as a page, to be copied into a script. */
import { useState } from 'preact/hooks';
import { texts } from '../texts/texts.ts';

interface CommandLineProps {
  readonly command: string;
  /** What it does, where that is not what the page does. */
  readonly label?: string;
}

export function CommandLine({ command, label }: CommandLineProps) {
  const [copied, setCopied] = useState(false);
  const words = texts.value.command;
  const copy = async () => {
    await copyText(command);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div class="command">
      <span class="quiet">{label ?? words.same}</span>
      <div>
        <code tabIndex={0}>{command}</code>
        <button type="button" onClick={() => void copy()}>
          {copied ? words.copied : words.copy}
        </button>
      </div>
    </div>
  );
}

/** Browsers give the clipboard to pages of this machine or over TLS alone; elsewhere the old way is left. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
