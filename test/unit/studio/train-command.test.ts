/** @file A training that a page asks for is that of the command that it shows. */
import { Command } from 'commander';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addTrainingFlags, askedTraining, type TrainingFlags } from '../../../src/cli/training-flags.ts';
import { jobSchema, type TrainJob } from '../../../src/studio/api.ts';
import { checked } from '../../../src/studio/checked.ts';
import { commandOf } from '../../../src/studio/commands.ts';
import { trainRequest } from '../../../src/studio/run-job.ts';

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const jobs = fc.record({
  tiles: maybe(
    fc.record({
      how: fc.constantFrom('auto', '3x4', '320'),
      smallestDefect: maybe(fc.integer({ min: 1, max: 200 })),
      whole: maybe(fc.boolean()),
    }),
  ),
  follow: maybe(fc.record({ margin: maybe(fc.integer({ min: -10, max: 50 })) })),
  crop: maybe(fc.boolean()),
  backbonePrecision: maybe(fc.constantFrom('fp32' as const, 'fp16' as const, 'int8' as const)),
  device: maybe(fc.constantFrom('cpu' as const, 'webgpu' as const)),
  changes: fc.constantFrom({}, { 'score.blurSigma': 4, 'features.aggregation': 'pooled' }),
});

/** The flags of a command, as the command line reads them; no word has anything in it that a shell would read. */
function flagsOf(command: string): TrainingFlags {
  let flags: TrainingFlags = {};
  const verb = new Command().argument('<data>').option('--out <run>');
  addTrainingFlags(verb, 'keep');
  verb.action((_, given: TrainingFlags) => {
    flags = given;
  });
  verb.parse(command.split(' ').slice(2), { from: 'user' });
  return flags;
}

/** Without what is undefined or false, which is the same as to say nothing. */
const said = (request: object) =>
  JSON.parse(JSON.stringify(request, (_, value: unknown) => (value === false ? undefined : value)));

it('looks where the command looks, with the same options', async () => {
  const context = { signal: new AbortController().signal, tell: () => {} };
  await fc.assert(
    fc.asyncProperty(jobs, async (asked) => {
      const of = { kind: 'train', dataset: 'parts', run: 'r', method: 'clad', preset: 'instant' };
      const job = checked(jobSchema, { ...of, ...asked }) as TrainJob;
      const place = { root: '/work', exclude: [], roi: {} };
      const { out: _, exclude: __, signal: ___, ...request } = await trainRequest(job, 'r', place, context);
      const command = commandOf(job, [], [], false);
      const { request: own } = await askedTraining('/work/data/parts', flagsOf(command), () => {});
      const { exclude: ____, ...others } = own;
      expect(said(request)).toEqual(said({ ...others, backboneFlags: undefined, roi: undefined }));
    }),
  );
});
