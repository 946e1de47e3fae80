/** @file What is drawn on a photograph, laid over its picture: the region of interest of its product, and its ground truth. */
import { cornersOf } from '../../../src/jobs/roi/shape-corners.ts';
import type { DatasetImage, DrawnRegion } from '../../../src/studio/api.ts';
import { colourOf, regionNames } from '../drawing/region-shapes.ts';
import { changes } from '../live.ts';
import { addresses } from '../server.ts';

interface ImageLayersProps {
  readonly dataset: string;
  readonly image: DatasetImage;
  readonly region: DrawnRegion | undefined;
  readonly size: 'small' | 'large';
}

export function ImageLayers({ dataset, image, region, size }: ImageLayersProps) {
  return (
    <>
      {region && <RegionLayer region={region} />}
      {image.masks.map((mask) => (
        <img
          key={mask}
          class="layer"
          src={addresses.truth(dataset, mask, size, changes.value.data)}
          alt=""
          loading="lazy"
          decoding="async"
          data-layer="truth"
        />
      ))}
    </>
  );
}

function RegionLayer({ region: { width, height, shapes } }: { readonly region: DrawnRegion }) {
  const names = regionNames(shapes);
  return (
    <svg class="layer" viewBox={`0 0 ${width} ${height}`} aria-hidden="true" data-layer="region">
      {shapes.map((shape, at) => (
        <polygon
          // Shapes have no names of their own.
          key={at}
          points={cornersOf(shape.shape).join(' ')}
          fill={shape.ignore ? colourOf(shape, names) : 'none'}
          fill-opacity="0.4"
          stroke={colourOf(shape, names)}
          stroke-width="2"
          vector-effect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
}
