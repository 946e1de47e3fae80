/** @file Dirt that harms nobody: smudges, crumbs and threads on the table beside a part, on good photographs as on others. */
import type { Random } from '../core/random.ts';
import { blot, crumbs, fibre, type Within } from './defects.ts';
import { type Point, wander } from './shapes.ts';
import { Pose, type Surface, srgb } from './surface.ts';

/** Lays some dirt where the table shows; a part that fills the image has none beside it. */
export function lieDirt(surface: Surface, random: Random): void {
  const { frame, covered, pixel } = surface;
  const pose = new Pose(0, 0);
  const table = covered.slice();
  const within: Within = (u, v) => 1 - (table[surface.indexAt(u, v) ?? -1] ?? 1);
  const count = 3 + random.integer(5);
  for (let each = 0; each < count; each++) {
    const place: Point = [
      frame.left + random.uniform() * frame.width * pixel,
      frame.top + random.uniform() * frame.height * pixel,
    ];
    const shared = { surface, pose, within };
    const kind = random.integer(3);
    if (kind === 0)
      blot({
        ...shared,
        random,
        centre: place,
        radius: random.uniform(3, 16),
        material: { colour: srgb(random.pick(['#1d1b19', '#6b5a45', '#8d8a85'])) },
        amount: random.uniform(0.15, 0.5),
        soft: 0.6,
        ragged: 0.5,
        patchy: 0.5,
        stretch: random.uniform(1, 2.5),
      });
    else if (kind === 1)
      crumbs({
        ...shared,
        random,
        centre: place,
        spread: random.uniform(2, 12),
        count: 3 + random.integer(8),
        radius: random.uniform(0.5, 1.8),
        material: { colour: srgb(random.pick(['#b9a27c', '#3a3632', '#c9c6c0'])) },
      });
    else
      fibre({
        ...shared,
        path: wander(random, place, random.uniform(0, 2 * Math.PI), random.uniform(10, 45), 0.3),
        width: random.uniform(0.35, 0.8),
        material: { colour: srgb(random.pick(['#22201e', '#cfcac0', '#7b2f2b'])), gloss: 0.1 },
        lift: 0.2,
      });
  }
  covered.set(table);
}
