/** @file The registry of the demo factory's products, in the order in which they are made. */
import { CladError } from '../core/errors.ts';
import type { DemoProduct } from './product.ts';
import { blister } from './products/blister.ts';
import { board } from './products/board.ts';
import { cap } from './products/cap.ts';
import { cloth } from './products/cloth.ts';
import { label } from './products/label.ts';
import { screw } from './products/screw.ts';
import { washer } from './products/washer.ts';
import { wood } from './products/wood.ts';

/** Every product. */
export const demoProducts: readonly DemoProduct[] = [washer, screw, cap, blister, label, cloth, wood, board];

/** A product by its name. @throws CladError `OPTION_INVALID` */
export function demoProduct(name: string): DemoProduct {
  const found = demoProducts.find((product) => product.name === name);
  if (found) return found;
  const expected = `among ${demoProducts.map((product) => product.name).join(', ')}`;
  throw new CladError('OPTION_INVALID', { option: 'classes', expected, actual: name });
}
