/** @file What the server says of single images by itself, so that a page with twenty thousand of them need not ask for all when one has changed. */
import type { DatasetImage } from './api.ts';

/** These images of a data set are others now: left out, taken back, or with other remarks because of that. */
export interface ImagesEvent {
  readonly type: 'images';
  readonly dataset: string;
  readonly images: readonly DatasetImage[];
}

/** So many images are told one by one, at most; of more, pages ask for the data set. */
export const mostTold = 2000;
