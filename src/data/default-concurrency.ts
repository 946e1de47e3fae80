/** @file How many images are read at a time on this machine (Node only). */
import { availableParallelism } from 'node:os';

/** What sharp and the file system can keep busy: one task a processor. */
export const defaultConcurrency = availableParallelism();
