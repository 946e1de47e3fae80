/**
 * @file Proof on photographs that images of other classes keep what the detector says of them, each without its own entries, as if it were new. By its making only a new class could change that, by being
 * recognised in their place: those that were recognised least surely are asked before and after.
 */
import { existsSync } from 'node:fs';
import { CladError } from '../../core/errors.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import type { LeaveOneOutDetector } from '../good-images/good-images.ts';
import { decodeOrError } from '../predict.ts';
import { type DetectorBefore, recognised } from './new-images.ts';
import { imagesLeft, type Subject } from './subject.ts';

/** What was found on images of other classes. */
export interface OthersChecked {
  /** Classes that the change is not about. */
  readonly classes: number;
  /** Good images of them that were asked before and after. */
  readonly images: number;
  /** Whether class, score and map of each were the same to the last bit. */
  readonly identical: boolean;
}

/** Photographs that are asked, of all other classes together; fewer where what classes are recognised by has not changed. */
const mostAsked = { otherClasses: 12, sameClasses: 4 } as const;

/**
 * Asks some good images of the other classes.
 * @param now - the changed detector
 * @param options - `classes`: of the changed detector, in its order; `numberOf`: the numbers that it has images by, of those of before
 * @throws UPDATE_RISKY where one is taken for another class now, and nobody insists
 */
export async function othersChecked(
  subject: Subject,
  before: Pick<DetectorBefore, 'predict'>,
  now: Pick<LeaveOneOutDetector, 'predict'>,
  {
    changed,
    classes,
    force,
    numberOf = (id) => id,
  }: {
    changed: ReadonlySet<string>;
    classes: readonly string[];
    force: boolean;
    numberOf?: (id: number) => number;
  },
): Promise<OthersChecked> {
  const { metadata } = subject;
  const others = metadata.classes.filter((name) => !changed.has(name));
  const most = classes.length !== metadata.classes.length ? mostAsked.otherClasses : mostAsked.sameClasses;
  const asked = leastSure(subject, others, most);
  let identical = true;
  for (const { id, path } of asked) {
    const image = await decodeOrError(path, { bits: bitsOf(metadata) });
    if (image instanceof CladError) continue;
    const [was, is] = [await before.predict(image, id), await now.predict(numberOf(id), image)];
    const [from, to] = [recognised(was.shares, metadata.classes), recognised(is.shares, classes)];
    // One that was taken for a class that leaves has to be taken for another.
    if (!classes.includes(from.recognisedAs)) continue;
    if (from.recognisedAs !== to.recognisedAs) {
      identical = false;
      if (!force)
        throw new CladError('UPDATE_RISKY', {
          what: `${path} was recognised as ${from.recognisedAs} and would be as ${to.recognisedAs}: the two look alike, and the verdicts of ${from.recognisedAs} would not stay what they are`,
          remedy: `If they show one kind of part, give --class ${from.recognisedAs}; --force does it all the same.`,
        });
    } else if (was.score !== is.score || was.map.some((value, at) => value !== is.map[at])) {
      throw new CladError('INTERNAL', {
        reason: `${path} has another score than before, ${is.score} for ${was.score}.`,
      });
    }
  }
  return { classes: others.length, images: asked.length, identical };
}

/** Those with the smallest shares of the votes, class by class in turn, whose photographs are there. */
function leastSure(subject: Subject, others: readonly string[], most: number) {
  const unsure = imagesLeft(subject).sort((a, b) => a.share - b.share);
  const byClass = others.map((name) =>
    unsure.filter((image) => image.class === name && existsSync(image.path)).slice(0, most),
  );
  const turns = Array.from({ length: most }, (_, turn) => byClass.flatMap((own) => own[turn] ?? []));
  return turns.flat().slice(0, most);
}
