/** @file Drift as it goes: the newest images of each class against what the run knows of it, for gauges that are read at any time. */
import { dirname, resolve } from 'node:path';
import { CladError } from '../../core/errors.ts';
import type { Seen } from '../../image/seen.ts';
import { WorkerClient } from '../../runtime/worker/client.ts';
import { nodeWorker } from '../../runtime/worker/node-port.ts';
import { RunFolder } from '../run-folder.ts';
import { type ClassReference, type CurrentImage, compareClass, type DriftFinding } from './compare.ts';
import type { DriftReference, ReferenceHandlers } from './reference-thread.ts';
import { risingUnknown } from './rising-unknown.ts';

/** What is said of an image. */
export interface JudgedImage {
  readonly class: string;
  readonly score: number;
  readonly verdict: string | null;
  /** Absent where nobody looked. */
  readonly seen?: Seen | undefined;
}

/** Images of a class that are kept, and verdicts of all classes: enough for a share of two in a hundred. */
const [mostImages, mostVerdicts] = [200, 1000];
/** Milliseconds for which findings are good: a comparison takes some milliseconds a class. */
const freshFor = 1000;
/** Looks that chance is shared out over: the newest images are all others after as many, and that is looked at for years. */
const looks = 3000;

const script = new URL('./reference-thread.js', import.meta.url);

export class LiveDrift {
  readonly #references: ReadonlyMap<string, ClassReference>;
  readonly #level: number;
  readonly #images = new Map<string, CurrentImage[]>();
  readonly #verdicts: (string | null)[] = [];
  #found: { readonly at: number; readonly findings: readonly DriftFinding[] } | undefined;

  constructor({ references, level }: DriftReference) {
    this.#references = new Map(references.map((reference) => [reference.class, reference]));
    this.#level = level;
  }

  /**
   * What a run knows, found out in a thread of its own, as it takes seconds.
   * @param detector - a run, or the detector file in one
   * @throws as `clad drift` does, for a detector file without its run among others
   */
  static async of(detector: string): Promise<LiveDrift> {
    const run = runOf(detector);
    const thread = new WorkerClient<ReferenceHandlers>(nodeWorker(script), {
      worker: 'The thread that reads what a run knows of its images',
      remedy: 'Start the command again.',
    });
    try {
      return new LiveDrift(await thread.call('read', { run, looks }));
    } finally {
      await thread.close();
    }
  }

  add({ class: name, ...image }: JudgedImage): void {
    const images = this.#images.get(name) ?? [];
    this.#images.set(name, images);
    images.push(image);
    this.#verdicts.push(image.verdict);
    if (images.length > mostImages) images.shift();
    if (this.#verdicts.length > mostVerdicts) this.#verdicts.shift();
  }

  /** Images of a class that are compared. */
  get counts(): ReadonlyMap<string, number> {
    return new Map([...this.#images].map(([name, { length }]) => [name, length]));
  }

  /** What was found of all classes that have images enough. */
  get findings(): readonly DriftFinding[] {
    const now = performance.now();
    if (this.#found && now - this.#found.at < freshFor) return this.#found.findings;
    const findings = [...this.#images].flatMap(([name, images]) => {
      const reference = this.#references.get(name);
      return reference ? compareClass(reference, images, this.#level) : [];
    });
    findings.push(...risingUnknown(this.#verdicts, this.#level));
    this.#found = { at: now, findings };
    return findings;
  }
}

/** @throws USAGE for a file that is no run's own */
function runOf(detector: string): string {
  if (!detector.endsWith('.onnx')) return detector;
  const run = dirname(resolve(detector));
  if (new RunFolder(run).model === resolve(detector)) return run;
  throw new CladError('USAGE', {
    reason: `${detector} does not know its good images: drift is told of the detector in the folder of its run`,
    help: '`clad drift --help`',
  });
}
