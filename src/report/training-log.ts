/** @file Reads `log.jsonl` of a run, and what its lines say together. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { TrainingLogEntry } from '../training/trainer.ts';

const entrySchema: z.ZodType<TrainingLogEntry> = z.object({
  stage: z.number().int().min(1),
  step: z.number().int().min(0),
  losses: z.record(z.string(), z.number()).optional(),
  selection: z.number().optional(),
  measured: z.record(z.string(), z.number()).optional(),
  warning: z.string().optional(),
});

/** The lines of a run's log; none where there is no log. A line that is cut off, as after a crash, or damaged is left out. */
export async function readTrainingLog(run: string): Promise<TrainingLogEntry[]> {
  const text = await readFile(join(run, 'log.jsonl'), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    try {
      return [entrySchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

/** Numbers of the stages that the log knows, in order. */
export function stagesIn(log: readonly TrainingLogEntry[]): number[] {
  return [...new Set(log.map(({ stage }) => stage))].sort((a, b) => a - b);
}

/** Step at which a stage ended; 0 where it did not begin. */
export function lastStep(log: readonly TrainingLogEntry[], stage: number): number {
  return Math.max(0, ...log.filter((entry) => entry.stage === stage).map(({ step }) => step));
}

/** What the training said to be wrong with it. */
export function warningsIn(log: readonly TrainingLogEntry[]): string[] {
  return [...new Set(log.flatMap(({ warning }) => warning ?? []))];
}

/** The validation that chose the networks: the best, the later one of equals, as the training takes it. */
export function chosenValidation(log: readonly TrainingLogEntry[]) {
  let best: { stage: number; step: number; value: number } | undefined;
  for (const { stage, step, selection } of log) {
    if (selection === undefined) continue;
    if (best === undefined || selection >= best.value) best = { stage, step, value: selection };
  }
  return best;
}
