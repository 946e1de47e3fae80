/** @file A task of a longer work, as it is expected before it begins. */

/** Told before the tasks, so that people see how much is left of all of it. */
export interface ExpectedTask {
  /** As the progress events of it will call it. */
  readonly task: string;
  /** About what it takes on a machine like the one that was measured; what the machine at hand takes is seen as tasks go by. */
  readonly seconds: number;
  /** What most of its time is: the backbone on images, or products of matrices. Tasks of a kind are faster or slower together. */
  readonly kind: 'images' | 'products';
}
