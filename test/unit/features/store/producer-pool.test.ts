/** @file The threads of an extraction, with workers in memory: what comes in which order, and what becomes of one that ends. */
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { fileImages } from '../../../../src/data/file-images.ts';
import type { ProducerJob, ProducerSetup } from '../../../../src/features/store/producer.ts';
import { producerHandlers } from '../../../../src/features/store/producer-handlers.ts';
import { produceInThreads } from '../../../../src/features/store/producer-threads.ts';
import { memoryWorker } from '../../../../src/runtime/worker/memory-port.ts';
import type { AskingPort } from '../../../../src/runtime/worker/protocol.ts';
import { type Files, withFiles } from '../../../helpers/images.ts';
import { squareGrid, squareOf } from '../../../helpers/sizes.ts';

const setup: ProducerSetup = {
  geometry: squareOf(32),
  seed: 5,
  perImage: 1,
  synthesis: { grid: squareGrid(4) },
  textures: null,
  foregroundClasses: [],
};
/** As many as are told apart by their widths. */
const count = 13;
const files: Files = Object.fromEntries(
  Array.from({ length: count }, (_, at): [string, [number, number]] => [`${at}.png`, [20 + at, 20]]),
);
const jobsIn = (root: string): ProducerJob[] =>
  Object.keys(files).map((key) => ({ path: join(root, key), className: 'nut', key }));

/** Ends by itself when it is given its nth job. */
function mortalWorker(nth: number): AskingPort {
  const handlers = producerHandlers(fileImages);
  let given = 0;
  const port = memoryWorker({
    ...handlers,
    produce: async (job: ProducerJob) => {
      if (++given === nth) port.terminate();
      return handlers.produce(job);
    },
  });
  return port;
}

async function widths(produced: ReturnType<typeof produceInThreads>): Promise<number[]> {
  const got: number[] = [];
  for await (const { image } of produced) got.push(image.width);
  return got;
}

describe('produceInThreads', () => {
  it('gives the same in the same order, whatever the number of workers', () =>
    withFiles(files, async (root) => {
      const all = async (threads: number) => {
        const got = [];
        for await (const each of produceInThreads(setup, jobsIn(root), { threads })) got.push(each);
        return got;
      };
      const [one, four] = [await all(1), await all(4)];
      expect(four.map(({ image }) => image.width)).toEqual(Array.from({ length: count }, (_, at) => 20 + at));
      expect(four).toEqual(one);
    }));

  it('reports a worker that ends in the midst of its work, and ends the others', () =>
    withFiles(files, async (root) => {
      const ended = vi.fn();
      const start = (port: AskingPort): AskingPort => ({
        ...port,
        listen: (onAnswer, onEnd) =>
          port.listen(onAnswer, (reason) => {
            ended(reason);
            onEnd(reason);
          }),
      });
      const starts = [() => start(mortalWorker(2)), () => start(memoryWorker(producerHandlers(fileImages)))];
      const produced = produceInThreads(setup, jobsIn(root), { threads: 2, start: () => starts.shift()!() });
      await expect(widths(produced)).rejects.toMatchObject({
        code: 'WORKER_DIED',
        message: expect.stringMatching(
          /^A thread that reads photographs ended in the midst .* \(`clad train` with --resume\)/,
        ),
      });
      expect(ended).toHaveBeenCalledTimes(2);
    }));

  it('names the photograph at fault', () =>
    withFiles({ ...files, '3.png': 'no image' }, async (root) => {
      await expect(widths(produceInThreads(setup, jobsIn(root), { threads: 2 }))).rejects.toMatchObject({
        code: 'IMAGE_INVALID',
        message: expect.stringContaining(join(root, '3.png')),
      });
    }));

  it('ends its workers when the caller stops reading', () =>
    withFiles(files, async (root) => {
      const ports: AskingPort[] = [];
      const terminated = vi.fn();
      const start = () => {
        const port = memoryWorker(producerHandlers(fileImages));
        ports.push(port);
        return {
          ...port,
          terminate() {
            terminated();
            port.terminate();
          },
        };
      };
      for await (const _ of produceInThreads(setup, jobsIn(root), { threads: 3, start })) break;
      expect(terminated).toHaveBeenCalledTimes(3);
    }));
});
