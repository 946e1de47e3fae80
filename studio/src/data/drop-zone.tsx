/** @file Where photographs are dropped, or chosen with the keyboard. */
import { useRef, useState } from 'preact/hooks';
import { texts } from '../texts/texts.ts';
import { chosen, dropped, type Incoming } from './incoming.ts';

interface DropZoneProps {
  readonly onFiles: (files: Promise<Incoming[]>) => void;
  readonly large?: boolean;
}

export function DropZone({ onFiles, large = false }: DropZoneProps) {
  const words = texts.value.dataPage;
  const [over, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement) => {
    if (input.files && input.files.length > 0) onFiles(chosen(input.files));
    input.value = '';
  };
  return (
    <div
      class={`drop ${large ? 'large' : ''} ${over ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (event.dataTransfer) onFiles(dropped(event.dataTransfer));
      }}
    >
      <p>
        <strong>{words.dropTitle}</strong>
        <br />
        <span class="quiet">{words.dropText}</span>
      </p>
      <div class="buttons">
        <button type="button" onClick={() => files.current?.click()}>
          {words.chooseFiles}
        </button>
        <button type="button" onClick={() => folder.current?.click()}>
          {words.chooseFolder}
        </button>
      </div>
      <input
        ref={files}
        hidden
        type="file"
        multiple
        accept="image/*,.bmp,.tif,.tiff,.zip"
        data-files
        onChange={({ currentTarget }) => take(currentTarget)}
      />
      <input
        ref={folder}
        hidden
        type="file"
        multiple
        {...{ webkitdirectory: true }}
        onChange={({ currentTarget }) => take(currentTarget)}
      />
    </div>
  );
}
