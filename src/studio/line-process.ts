/**
 * @file The process that judges frames of a camera with one detector, so that the server stays quick and a crash of an engine ends no more than the watching.
 * Frames are judged one after another, as files are by `clad predict`; what they look like is compared with the run's images as `clad watch` does.
 */
import sharp from 'sharp';
import { CladError, reasonOf } from '../core/errors.ts';
import { asRefusal } from '../core/files.ts';
import { bitsOf } from '../detector/camera/camera.ts';
import type { Detector } from '../detector/detector.ts';
import { openDetector } from '../detector/open.ts';
import { decodeBytes } from '../image/decode.ts';
import { seenOf } from '../image/seen.ts';
import { leastImages } from '../jobs/drift/compare.ts';
import { LiveDrift } from '../jobs/drift/live-drift.ts';
import { nodeEngine } from '../runtime/node.ts';
import type { LineDrift, LineJudgement } from './line-api.ts';
import type { FromLine, LineOrder, ToLine } from './line-channel.ts';
import { heatPixels, sizeOf } from './results-store.ts';

/** What frames are called in errors. */
const frame = 'the frame';

let opening: Promise<Detector> | undefined;
let drift: LiveDrift | undefined;
/** Frames wait for each other: the engine takes one at a time. */
let turn: Promise<void> = Promise.resolve();

process.on('message', (message: ToLine) => {
  if (message.type === 'open') open(message.order);
  else turn = turn.then(() => answer(message.id, message.bytes));
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the server closes the channel when it ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

function open({ detector, run }: LineOrder): void {
  opening = nodeEngine({}).then((engine) => openDetector(engine, detector));
  // Each frame says why.
  opening.catch(() => {});
  if (run === null) return;
  LiveDrift.of(run).then(
    (live) => {
      drift = live;
    },
    // A run without its list of good images, or without the images: there is nothing to compare with, and judging does not need it.
    (error: unknown) => process.stderr.write(`no drift: ${reasonOf(error)}\n`),
  );
}

async function answer(id: number, bytes: Uint8Array): Promise<void> {
  try {
    send({ type: 'judged', id, judgement: await judge(bytes) });
  } catch (thrown) {
    const known = asRefusal(thrown);
    const error =
      known instanceof CladError ? known : new CladError('INTERNAL', { reason: reasonOf(thrown) });
    send({ type: 'failed', id, error: error.words });
  }
}

async function judge(bytes: Uint8Array): Promise<LineJudgement> {
  if (!opening) throw new Error('no detector was asked for');
  const detector = await opening;
  const { metadata } = detector;
  const image = await decodeBytes(bytes, frame, { bits: bitsOf(metadata) });
  const prediction = await detector.predict(image, frame);
  const { class: name, score, threshold, verdict, decision, warnings } = prediction;
  drift?.add({ class: name, score, verdict, seen: seenOf(image) });
  const geometry = sizeOf(metadata.geometry);
  const { width, height } = geometry;
  const heat = await sharp(heatPixels(metadata, prediction), { raw: { width, height, channels: 4 } })
    .webp({ quality: 80, effort: 0 })
    .toBuffer();
  return {
    ...{ class: name, score, threshold, verdict, decision, geometry },
    warnings: warnings.map(({ message }) => message),
    heat: `data:image/webp;base64,${heat.toString('base64')}`,
    drift: drift ? driftOf(drift, name) : null,
  };
}

function driftOf(live: LiveDrift, name: string): LineDrift {
  return {
    images: live.counts.get(name) ?? 0,
    least: leastImages,
    findings: live.findings.flatMap(({ sentence }) => sentence ?? []),
  };
}

function send(message: FromLine): void {
  if (process.connected) process.send?.(message);
}
