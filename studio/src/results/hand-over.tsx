/** @file What is handed over: detector files, the report, and the commands that go on with them. */
import type { RunView } from '../../../src/studio/api.ts';
import { CommandLine } from '../components/command-line.tsx';
import { megabytes, moment } from '../format.ts';
import { addresses } from '../server.ts';
import { texts } from '../texts/texts.ts';

interface HandOverProps {
  readonly run: RunView;
  /** Whether a threshold is moved that no file has. */
  readonly isMoved: boolean;
}

export function HandOver({ run, isMoved }: HandOverProps) {
  const words = texts.value.resultsPage;
  return (
    <section class="card" aria-labelledby="hand-over">
      <h2 id="hand-over">{words.handOver}</h2>
      {isMoved && (
        <p class="notice" role="status">
          {words.unsaved}
        </p>
      )}
      <ul class="versions">
        {run.versions.toReversed().map(({ file, created, bytes }) => (
          <li key={file ?? ''}>
            <a class="button" href={addresses.detector(run.name, file)} download={file ?? `${run.name}.onnx`}>
              {words.download}
            </a>{' '}
            {words.versionName(file, run.version)}{' '}
            <span class="quiet">
              {words.created(moment(created))}, {words.size(megabytes(bytes))}
            </span>
          </li>
        ))}
      </ul>
      {run.hasReport && (
        <p class="buttons">
          <a class="button" href={addresses.report(run.name)} target="_blank" rel="noreferrer">
            {words.report}
          </a>
          <a class="button" href={addresses.report(run.name)} download={`${run.name}-report.html`}>
            {words.downloadReport}
          </a>
        </p>
      )}
      {run.standingOut.length > 0 && (
        <details>
          <summary>
            {words.standingOut} ({run.standingOut.length})
          </summary>
          <div class="samples">
            {run.standingOut.map((file) => (
              <figure key={file}>
                <img src={addresses.runPicture(run.name, 'standing-out', file)} alt={file} loading="lazy" />
                <figcaption>{file}</figcaption>
              </figure>
            ))}
          </div>
        </details>
      )}
      <h3>{words.use}</h3>
      <p class="quiet">{texts.value.command.same}</p>
      {Object.entries(run.commands).map(([what, command]) => (
        <CommandLine key={what} command={command} label={words.uses[what as keyof RunView['commands']]} />
      ))}
    </section>
  );
}
