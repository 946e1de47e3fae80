/** @file A thread that finds out what a run knows of its classes: it reads the detector and, the first time, looks at training photographs. */
import { answerCalls } from '../../runtime/worker/answer.ts';
import { nodeWorkerSide } from '../../runtime/worker/node-port.ts';
import type { Prepared } from '../../runtime/worker/protocol.ts';
import { subjectOf } from '../update/subject.ts';
import type { ClassReference } from './compare.ts';
import { levelFor, referencesOf } from './references.ts';
import { trainingLooks } from './training-looks.ts';

/** What images are compared with, and the chance that each comparison may take. */
export interface DriftReference {
  readonly references: readonly ClassReference[];
  readonly level: number;
}

const handlers = {
  async read({
    run,
    looks,
  }: {
    readonly run: string;
    readonly looks: number;
  }): Promise<Prepared<DriftReference>> {
    const subject = await subjectOf(run);
    const seen = await trainingLooks(subject, subject.metadata.classes);
    const references = [...referencesOf(subject, seen).values()];
    return { value: { references, level: levelFor(looks, subject) } };
  },
};

export type ReferenceHandlers = typeof handlers;

answerCalls(nodeWorkerSide(), handlers);
