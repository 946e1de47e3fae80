/** @file A thread that draws and writes photographs of the demo factory, one message in and one out for each. */
import { parentPort, workerData } from 'node:worker_threads';
import { reasonOf } from '../../core/errors.ts';
import type { DemoOptions, PlannedPart } from '../../demo/plan.ts';
import { writePlanned } from './demo-files.ts';

/** What a thread is told at its start. */
export interface DemoSetup {
  readonly root: string;
  readonly options: DemoOptions;
}

/** What a thread says when a photograph is written, or why it is not. */
export interface DemoAnswer {
  readonly failure?: string;
}

const { root, options } = workerData as DemoSetup;

parentPort?.on('message', async (planned: PlannedPart) => {
  let answer: DemoAnswer = {};
  try {
    await writePlanned(root, planned, options);
  } catch (error) {
    answer = { failure: reasonOf(error) };
  }
  parentPort?.postMessage(answer);
});
