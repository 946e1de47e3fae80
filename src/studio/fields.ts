/** @file What requests of the studio have in common. */
import { z } from 'zod';

/** Of a data set, a run, a product or a file in a folder of the workspace. */
export const name = z.string().min(1).max(200);
/** A path below a data set, with slashes. */
export const below = z.string().min(1).max(4000);
