/** @file Thumbnails by product, in a list that holds only what is seen. */
import { useMemo } from 'preact/hooks';
import { groupBy } from '../../../src/core/arrays.ts';
import type { DatasetImage, DatasetView, DrawnRegion } from '../../../src/studio/api.ts';
import { Thumbnail } from '../components/thumbnail.tsx';
import { useWidth, VirtualRows } from '../components/virtual-rows.tsx';
import { countText } from '../format.ts';
import { addressOf } from '../route.ts';
import { addresses } from '../server.ts';
import { texts } from '../texts/texts.ts';
import { ImageLayers } from './image-layers.tsx';
import { fileName } from './place.ts';

/** Pixels. */
const [tileWidth, tileHeight, headingHeight, gap] = [150, 208, 44, 10];

interface ImageGridProps {
  readonly dataset: string;
  readonly images: readonly DatasetImage[];
  readonly regions: DatasetView['regions'];
  readonly onExclude: (paths: readonly string[], excluded: boolean) => Promise<void>;
  readonly onLook: (path: string) => void;
}

type Row =
  | { readonly heading: string; readonly count: number }
  | { readonly images: readonly DatasetImage[] };

export function ImageGrid({ dataset, images, regions, onExclude, onLook }: ImageGridProps) {
  const [element, width] = useWidth<HTMLDivElement>();
  const columns = Math.max(2, Math.floor((width + gap) / (tileWidth + gap)));
  const rows = useMemo(() => rowsOf(images, columns), [images, columns]);
  const heightOf = useMemo(
    () => (row: number) => (rows[row] && 'heading' in rows[row] ? headingHeight : tileHeight + gap),
    [rows],
  );
  return (
    <div ref={element}>
      {width > 0 && (
        <VirtualRows count={rows.length} heightOf={heightOf}>
          {(index) => {
            const row = rows[index] as Row;
            if ('heading' in row)
              return (
                <h2 class="row-heading">
                  {row.heading} <small class="quiet">{countText(row.count)}</small>{' '}
                  <a
                    class="button small"
                    aria-label={texts.value.dataPage.regionOf(row.heading)}
                    href={addressOf('data', dataset, 'region', row.heading)}
                  >
                    {texts.value.dataPage.region}
                    {regions[row.heading] && ' ✓'}
                  </a>
                </h2>
              );
            return (
              <div class={`tiles columns-${Math.min(12, columns)}`}>
                {row.images.map((image) => (
                  <Tile
                    key={image.path}
                    dataset={dataset}
                    image={image}
                    region={regions[image.product]}
                    onExclude={onExclude}
                    onLook={onLook}
                  />
                ))}
              </div>
            );
          }}
        </VirtualRows>
      )}
    </div>
  );
}

function rowsOf(images: readonly DatasetImage[], columns: number): Row[] {
  const byProduct = groupBy(images, ({ product }) => product);
  return [...byProduct].flatMap(([product, own]): Row[] => [
    { heading: product, count: own.length },
    ...Array.from({ length: Math.ceil(own.length / columns) }, (_, row) => ({
      images: own.slice(row * columns, (row + 1) * columns),
    })),
  ]);
}

interface TileProps extends Omit<ImageGridProps, 'images' | 'regions'> {
  readonly region: DrawnRegion | undefined;
  readonly image: DatasetImage;
}

function Tile({ dataset, image, region, onExclude, onLook }: TileProps) {
  const words = texts.value.dataPage;
  const { path, split, kind, excluded, flags } = image;
  return (
    <figure class={`tile ${excluded ? 'out' : ''}`}>
      <button type="button" class="picture" onClick={() => onLook(path)}>
        <Thumbnail src={addresses.picture(dataset, path, 'small')} alt={words.open(path)} />
        <ImageLayers dataset={dataset} image={image} region={region} size="small" />
        {flags[0] && <span class={`flag ${flags[0].severity}`}>{words.flags[flags[0].kind]}</span>}
        {excluded && <span class="flag out">{words.excluded}</span>}
      </button>
      <figcaption>
        <span class="file" title={path}>
          {fileName(path)}
        </span>
        <span class="quiet">{words.kindOf(split, kind)}</span>
        {split === 'test' && kind !== 'good' && (
          <a
            class="button small"
            aria-label={`${words.paint}: ${path}`}
            href={addressOf('data', dataset, 'mask', path)}
          >
            {words.truth}
          </a>
        )}
        {split === 'train' && (
          <button
            type="button"
            class="small"
            aria-label={`${excluded ? words.include : words.exclude}: ${path}`}
            onClick={() => void onExclude([path], !excluded)}
          >
            {excluded ? words.include : words.exclude}
          </button>
        )}
      </figcaption>
    </figure>
  );
}
