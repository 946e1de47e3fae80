/** @file What is drawn on a photograph, laid over its picture: its ground truth. */
import type { DatasetImage } from '../../../src/studio/api.ts';
import { changes } from '../live.ts';
import { addresses } from '../server.ts';

interface ImageLayersProps {
  readonly dataset: string;
  readonly image: DatasetImage;
  readonly size: 'small' | 'large';
}

export function ImageLayers({ dataset, image, size }: ImageLayersProps) {
  return image.masks.map((mask) => (
    <img
      key={mask}
      class="layer"
      src={addresses.truth(dataset, mask, size, changes.value.data)}
      alt=""
      loading="lazy"
      decoding="async"
      data-layer="truth"
    />
  ));
}
