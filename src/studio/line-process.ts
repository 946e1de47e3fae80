/**
 * @file The process that judges frames of a camera with one detector, so that the server stays quick and a crash of an engine ends no more than the watching.
 * Frames are judged one after another, as files are by `clad predict`; what they look like is compared with the run's images as `clad watch` does, and what was said is
 * noted in a journal as its is.
 */
import sharp from 'sharp';
import { reasonOf } from '../core/errors.ts';
import { bitsOf } from '../detector/camera/camera.ts';
import { decodeBytes } from '../image/decode.ts';
import { seenOf } from '../image/seen.ts';
import { LiveDrift } from '../jobs/drift/live-drift.ts';
import { WatchedDetector } from '../jobs/watch/watched-detector.ts';
import { nodeEngine } from '../runtime/node.ts';
import type { FromLine, LineOrder, ToLine } from './line-channel.ts';
import { driftOf } from './line-drift.ts';
import { type LineFrame, LineJournal } from './line-journal.ts';
import { heatPixels, sizeOf } from './results-store.ts';
import { asToldError } from './told-error.ts';

/** What frames are called in errors. */
const frame = 'the frame';
/** Milliseconds after which a process that is to end does so all the same. */
const grace = 10_000;

interface Opened {
  readonly detector: WatchedDetector;
  readonly journal: LineJournal;
}

let opening: Promise<Opened> | undefined;
let drift: LiveDrift | undefined;
let number = 0;
/** Frames wait for each other: the engine takes one at a time. */
let turn: Promise<void> = Promise.resolve();

process.on('message', (message: ToLine) => {
  if (message.type === 'open') open(message.order);
  else turn = turn.then(() => answer(message));
});
process.on('disconnect', () => {
  setTimeout(() => process.exit(0), grace).unref();
  void turn
    .then(() => opening)
    .then((opened) => opened?.journal.close())
    .catch(() => {})
    .finally(() => process.exit(0));
});
// Ctrl-C reaches every process of the terminal; the server closes the channel when it ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

function open({ detector: path, run, folder, keepSize }: LineOrder): void {
  opening = nodeEngine({})
    .then((engine) => WatchedDetector.open(engine, path))
    .then(async (detector) => {
      const journal = new LineJournal(folder, detector, keepSize);
      await journal.ready;
      return { detector, journal };
    });
  // Each frame says why.
  opening.catch(() => {});
  followRun = () => {
    drift = undefined;
    if (run === null) return;
    LiveDrift.of(run).then(
      (live) => {
        drift = live;
      },
      // A run without its list of good images, or without the images: there is nothing to compare with, and judging does not need it.
      (error: unknown) => process.stderr.write(`no drift: ${reasonOf(error)}\n`),
    );
  };
  followRun();
}

let followRun = () => {};

async function answer({ id, bytes, keep }: Extract<ToLine, { readonly type: 'frame' }>): Promise<void> {
  try {
    if (!opening) throw new Error('no detector was asked for');
    const opened = await opening;
    const { judgement, noted } = await judge(opened, bytes);
    send({ type: 'judged', id, judgement: { ...judgement, isNoted: opened.journal.isOpen } });
    await opened.journal.add(noted, keep);
  } catch (thrown) {
    send({ type: 'failed', id, error: asToldError(thrown) });
  }
}

type Judged = Omit<Extract<FromLine, { readonly type: 'judged' }>['judgement'], 'isNoted'>;

async function judge(
  { detector: watched }: Opened,
  bytes: Uint8Array,
): Promise<{ readonly judgement: Judged; readonly noted: LineFrame }> {
  const came = new Date().toISOString();
  // An update has changed it: what the camera shows is compared with what the new one knows.
  if ((await watched.refresh()).length > 0) followRun();
  const detector = watched.opened;
  const { metadata } = detector;
  const image = await decodeBytes(bytes, frame, { bits: bitsOf(metadata) });
  const prediction = await detector.predict(image, frame);
  const { class: name, score, threshold, verdict, decision, warnings } = prediction;
  const seen = seenOf(image);
  drift?.add({ class: name, score, verdict, seen });
  const geometry = sizeOf(metadata.geometry);
  const { width, height } = geometry;
  const heat = await sharp(heatPixels(metadata, prediction), { raw: { width, height, channels: 4 } })
    .webp({ quality: 80, effort: 0 })
    .toBuffer();
  return {
    judgement: {
      ...{ class: name, score, threshold, verdict, decision, geometry },
      warnings: warnings.map(({ message }) => message),
      heat: `data:image/webp;base64,${heat.toString('base64')}`,
      drift: drift ? driftOf(drift, name) : null,
    },
    noted: { bytes, came, number: number++, said: { ...prediction, seen } },
  };
}

function send(message: FromLine): void {
  if (process.connected) process.send?.(message);
}
