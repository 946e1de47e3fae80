/**
 * @file The process that watches a folder: `clad watch` itself (jobs/watch), which tells the server of each judgement. It ends when it is told to, and when the server has gone; the
 * journal knows what was judged, so the next one goes on there.
 */
import { existsSync } from 'node:fs';
import { CladError, reasonOf } from '../core/errors.ts';
import { LiveDrift } from '../jobs/drift/live-drift.ts';
import { seenIn } from '../jobs/watch/judgement.ts';
import { watchFolder } from '../jobs/watch/watch.ts';
import { WatchedDetector } from '../jobs/watch/watched-detector.ts';
import { nodeEngine } from '../runtime/node.ts';
import { driftOf } from './line-drift.ts';
import type { FromWatch, WatchOrder } from './watch-channel.ts';
import { judgedBefore, judgedFile } from './watched-before.ts';
import { doWork, type Frame } from './work-frame.ts';

/** Milliseconds after which a process whose server has gone ends all the same. */
const grace = 30_000;

/** Milliseconds between two signs of life. */
const signEvery = 2000;
let nextSign = 0;

doWork(grace, watch);

async function watch(
  { folder, journal, maps, move, keepSize, ...order }: WatchOrder,
  { signal, send }: Frame<FromWatch>,
): Promise<undefined> {
  const detector = await WatchedDetector.open(await nodeEngine({}), order.detector);
  let drift: LiveDrift | undefined;
  let judging = detector.sha256;
  const follow = () => {
    drift = undefined;
    if (order.run === null) return;
    LiveDrift.of(order.run).then(
      (live) => {
        drift = live;
      },
      (error: unknown) => process.stderr.write(`no drift: ${reasonOf(error)}\n`),
    );
  };
  follow();
  try {
    send({ type: 'began', ...(await judgedBefore({ journal, ...order })) });
    await watchFolder({
      ...{ detector, folder, journal, maps, linksOut: false, signal },
      ...{ move: move ?? undefined, keepSize: keepSize ?? undefined },
      onJudged: (judgement, id) => {
        // An update has changed it: what the line sees is compared with what the new one knows.
        if (judgement.modelSha256 !== judging) {
          judging = judgement.modelSha256;
          follow();
        }
        const { class: name, score, verdict } = judgement;
        if (name !== null && score !== null)
          drift?.add({ class: name, score, verdict, seen: seenIn(judgement) });
        const told = drift && name !== null ? driftOf(drift, name) : null;
        send({ type: 'judged', file: judgedFile({ ...judgement, id }, move), drift: told });
      },
      onRefused: (error) => {
        const away = error && !existsSync(folder) ? new CladError('WATCH_AWAY', { path: folder }) : error;
        send({ type: 'refused', error: away?.words ?? null });
      },
      onNote: (text) => send({ type: 'note', text }),
      onLooked: () => {
        if (performance.now() < nextSign) return;
        nextSign = performance.now() + signEvery;
        send({ type: 'alive' });
      },
    });
  } finally {
    await detector.release();
  }
}
