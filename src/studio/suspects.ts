/** @file Training images that may be no good images of their product, as the newest run of their data set found: what stands out, and what is taken for another product. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CladError } from '../core/errors.ts';
import { pathBelow } from '../data/dataset.ts';
import { countsTrained } from '../detector/thresholds/score-gap.ts';
import { misplaced, rankImages, standOut } from '../jobs/good-images/ranked-images.ts';
import { RunFolder } from '../jobs/run-folder.ts';
import { asNew } from '../jobs/update/predict-again.ts';
import { subjectOf } from '../jobs/update/subject.ts';
import type { Flag } from './api.ts';

/** By path below the data set. */
type Found = ReadonlyMap<string, Flag>;

export class Suspects {
  readonly #runs: string;
  /** By run, as of a state of its file. */
  readonly #known = new Map<string, { readonly modified: number; readonly found: Found }>();

  /** @param runs - the folder of runs */
  constructor(runs: string) {
    this.#runs = runs;
  }

  /** @param folder - of the data set */
  async of(folder: string): Promise<Found> {
    let newest: { readonly name: string; readonly modified: number } | undefined;
    for (const name of await readdir(this.#runs).catch(() => [])) {
      const run = new RunFolder(join(this.#runs, name));
      const modified = (await stat(run.goodImagesState).catch(() => undefined))?.mtimeMs;
      if (modified === undefined || modified < (newest?.modified ?? 0)) continue;
      const origin = await run.originIfAny().catch(() => undefined);
      if (origin?.data.root === folder) newest = { name, modified };
    }
    if (!newest) return new Map();
    const { name, modified } = newest;
    const before = this.#known.get(name);
    if (before?.modified === modified) return before.found;
    const found = await suspectsOf(join(this.#runs, name), name);
    this.#known.set(name, { modified, found });
    return found;
  }
}

async function suspectsOf(folder: string, name: string): Promise<Found> {
  try {
    const subject = await subjectOf(folder);
    const ranked = rankImages(asNew(subject), countsTrained(subject.metadata.provenance.scoreGap));
    const flags = new Map<string, Flag>();
    const flag = (path: string, kind: Flag['kind'], message: string) =>
      flags.set(pathBelow(subject.root, path), { kind, severity: 'warning', message });
    for (const { path } of standOut(ranked))
      flag(path, 'standing-out', `stands out from the other good parts in run ${name}: is it one?`);
    for (const { path, recognisedAs } of misplaced(ranked))
      flag(path, 'misplaced', `taken for ${recognisedAs} in run ${name}: does it lie in the wrong folder?`);
    return flags;
  } catch (error) {
    // A run of another version, or one that is written right now, says nothing.
    if (error instanceof CladError) return new Map();
    throw error;
  }
}
