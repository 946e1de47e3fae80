/** @file What a worker of producers answers: what all jobs share, once, and then a job a call; see producer-pool.ts. */
import { CladError, reasonOf } from '../../core/errors.ts';
import type { ImageAccess } from '../../data/image-access.ts';
import { movable, ownBuffer } from '../../runtime/worker/buffers.ts';
import type { Prepared } from '../../runtime/worker/protocol.ts';
import { type Produced, type Producer, type ProducerJob, type ProducerSetup, producer } from './producer.ts';

/** The functions of one worker. */
export function producerHandlers(images: Pick<ImageAccess, 'decode' | 'remembered'>) {
  let produce: Producer | undefined;
  return {
    async begin(setup: ProducerSetup): Promise<Prepared<null>> {
      produce = producer(setup, images);
      return { value: null };
    },

    /** @throws what says what is at fault: the photograph, or a texture laid on it */
    async produce(job: ProducerJob): Promise<Prepared<Produced>> {
      if (!produce) throw new Error('no setup was given');
      try {
        return moved(await produce(job));
      } catch (error) {
        if (error instanceof CladError) throw error;
        throw new CladError('IMAGE_INVALID', { path: job.path, reason: reasonOf(error) });
      }
    },
  };
}

export type ProducerHandlers = ReturnType<typeof producerHandlers>;

/** Moves the pixels, of which the decoder's may lie in a buffer of its own making. */
function moved({ image, anomalies }: Produced): Prepared<Produced> {
  const data = movable(image.data);
  const parts = anomalies.flatMap((anomaly) => [anomaly.image.data, anomaly.coverage]);
  return {
    value: { image: { ...image, data }, anomalies },
    transfer: [data.buffer, ...parts.flatMap(ownBuffer)],
  };
}
