/** @file Names by which a detector's graph and those that run it speak of regions that follow the part, and of named ones. Apart, as browsers need no more. */

/** The input of a graph that begins with features: cells inside, uint8 [N, rows, columns]. */
export const cellsInput = 'roi_cells';
/** The output: which pixels of the map count, uint8 [N, height, width]. */
export const insideOutput = 'inside';
/** The output: scores of the named regions of each image's class, float32 [N, most regions of any class]; 0 where the class has fewer. */
export const regionScoreOutput = 'region_score';
