/**
 * @file The constant of a detector's graph in which the class of its images may be given, int64 [1]. It alone has a file of its own, since a page that
 * opens a detector needs the name and none of the operations (detector/class-input.ts).
 */

/** Name of the constant. */
export const classGiven = 'class_given';

/** What it says where no class is given: the patches' votes decide. */
export const undecided = -1;
