/** @file Routes of jobs: what is asked for, looked at before it waits its turn; and what a training would cost. */
import { existsSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { CladError } from '../core/errors.ts';
import { registeredNames } from '../features/backbones/backbone.ts';
import { builtinNames } from '../features/backbones/builtin-backbone.ts';
import { methods } from '../methods/registry.ts';
import { clipped } from '../server/clipped.ts';
import { type Job, type JobView, jobSchema, planSchema, type TrainJob, type TrainSettings } from './api.ts';
import { checked } from './checked.ts';
import { leftOutOf } from './datasets.ts';
import type { StudioParts } from './studio-app.ts';

const idParams = z.object({ id: z.coerce.number().int().min(1) });

/** Names of backbones that a page may ask for. */
export async function offeredBackbones(): Promise<string[]> {
  return [...builtinNames, ...(await registeredNames())];
}

/**
 * The command line also takes files as methods and backbones, and a file that holds one is a program: who may use the pages may not run any on this machine.
 * @throws OPTION_INVALID for what the pages do not offer
 */
async function requireOffered({ method, backbone }: TrainSettings): Promise<void> {
  const refuse = (option: string, offered: readonly string[], actual: string) =>
    new CladError('OPTION_INVALID', { option, expected: `one of ${offered.join(', ')}`, actual });
  if (!methods.has(method)) throw refuse('method', [...methods.keys()], clipped(method));
  if (backbone === undefined) return;
  const offered = await offeredBackbones();
  if (!offered.includes(backbone)) throw refuse('backbone', offered, clipped(backbone));
}

export function jobRoutes(
  app: FastifyInstance,
  { queue, datasets, regions, runs, marks, plans, workspace }: StudioParts,
): void {
  /** What a training is given of its data set besides the images. */
  const givenTo = async ({ dataset, regions: isWanted }: Pick<TrainJob, 'dataset' | 'regions'>) => {
    const { images, products } = await datasets.view(dataset);
    return {
      exclude: leftOutOf(images),
      roi: isWanted ? await regions.definitions(dataset, products) : {},
    };
  };
  app.get('/api/jobs', async () => queue.views);
  app.post('/api/jobs', async ({ body }, reply) => {
    const job = checked(jobSchema, body);
    return reply.status(201).send(await added(job));
  });
  const added = async (job: Job): Promise<JobView> => {
    switch (job.kind) {
      case 'demo':
        await workspace.path('data', 'data set', job.dataset);
        return queue.add(job.dataset, job);
      case 'inspect':
        await datasets.folder(job.dataset);
        return queue.add(job.dataset, job);
      case 'train': {
        await requireOffered(job);
        const given = await givenTo(job);
        const folder = await workspace.path('runs', 'run', job.run);
        // Nothing is waited for from here on: of two that come at once, the second sees the first.
        if (existsSync(folder) || queue.isBusy(['train'], job.run))
          throw new CladError('RUN_EXISTS', { path: `runs/${job.run}` });
        return queue.add(job.run, job, given);
      }
      case 'evaluate':
        await runs.folder(job.run);
        return queue.add(job.run, job);
      case 'threshold':
        await runs.detector(job.run, job.base);
        return queue.add(job.run, job);
      case 'update': {
        const paths = [...job.falseAlarms, ...job.missed];
        const dataset = paths.length === 0 ? null : await runs.requireTested(job.run, job.of, paths);
        for (const path of paths) await datasets.file(dataset ?? '', path);
        await runs.folder(job.run);
        await marks.requireKept(job.run, [...(job.kept?.falseAlarms ?? []), ...(job.kept?.missed ?? [])]);
        // Of two tabs that ask at once, the second would learn from marks of a detector that is another by then.
        if (queue.isBusy(['update'], job.run)) throw new CladError('RUN_LEARNS', { run: job.run });
        return queue.add(job.run, { ...job, dataset });
      }
    }
  };
  const numbered = (params: unknown) => checked(idParams, params).id;
  app.post('/api/jobs/:id/stop', async ({ params }) => queue.stop(numbered(params)));
  app.post('/api/jobs/:id/resume', async ({ params }) => {
    const id = numbered(params);
    const job = queue.views.find((each) => each.id === id)?.request;
    // One that failed before it began is asked for anew, with the images that are left out now: perhaps it failed for want of them. So with regions.
    const isNew = job?.kind === 'train' && !existsSync(await workspace.path('runs', 'run', job.run));
    return queue.resume(id, isNew ? await givenTo(job) : undefined);
  });
  app.delete('/api/jobs/:id', async ({ params }) => {
    queue.remove(numbered(params));
    return {};
  });
  app.post('/api/plan', async ({ body }, reply) => {
    const settings = checked(planSchema, body);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    await requireOffered(settings);
    return plans.of(settings, await givenTo(settings), gone.signal);
  });
}
