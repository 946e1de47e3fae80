/** @file One photograph, larger, with what is said of it; the arrows lead to the others. */
import type { DatasetImage, DrawnRegion } from '../../../src/studio/api.ts';
import { Dialog } from '../components/dialog.tsx';
import { addressOf } from '../route.ts';
import { addresses } from '../server.ts';
import { said } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';
import { ImageLayers } from './image-layers.tsx';

interface ImageViewProps {
  readonly dataset: string;
  readonly image: DatasetImage;
  /** Of its product. */
  readonly region: DrawnRegion | undefined;
  readonly onExclude: (paths: readonly string[], excluded: boolean) => Promise<void>;
  readonly onClose: () => void;
  readonly onStep: (step: 1 | -1) => void;
}

export function ImageView({ dataset, image, region, onExclude, onClose, onStep }: ImageViewProps) {
  const words = texts.value.dataPage;
  const { path, product, split, kind, excluded, flags } = image;
  return (
    <Dialog title={path} wide onClose={onClose}>
      <div
        class="look"
        onKeyDown={({ key }) => {
          if (key === 'ArrowRight') onStep(1);
          if (key === 'ArrowLeft') onStep(-1);
        }}
      >
        <div class="layered">
          <img
            src={addresses.picture(dataset, path, 'large')}
            alt={`${product}, ${words.kindOf(split, kind)}`}
          />
          <ImageLayers dataset={dataset} image={image} region={region} size="large" />
        </div>
        <div class="buttons">
          <button type="button" onClick={() => onStep(-1)} aria-label={words.previous}>
            ←
          </button>
          <button type="button" onClick={() => onStep(1)} aria-label={words.next}>
            →
          </button>
          {split === 'test' && kind !== 'good' && (
            <a class="button" href={addressOf('data', dataset, 'mask', path)}>
              {words.paint}
            </a>
          )}
          {split === 'train' && (
            <button type="button" onClick={() => void onExclude([path], !excluded)}>
              {excluded ? words.include : words.exclude}
            </button>
          )}
        </div>
        <p>
          {product}, {words.kindOf(split, kind)}
          {excluded && `, ${words.excluded}`}
          {image.masks.length > 0 && `, ${words.masked}`}
        </p>
        {flags.length > 0 && (
          <ul class="remarks">
            {flags.map(({ kind: flag, message, severity }) => (
              <li key={message} class={severity}>
                <strong>{words.flags[flag]}</strong>: {said(message)}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
