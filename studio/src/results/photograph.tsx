/** @file A test image with its heat and its ground truth laid over what the detector sees of it. */
import { useState } from 'preact/hooks';
import { seenPart } from '../../../src/image/geometry.ts';
import type { ResultImage, ResultsView } from '../../../src/studio/api.ts';
import { Thumbnail } from '../components/thumbnail.tsx';
import { addresses } from '../server.ts';
import { texts } from '../texts/texts.ts';

/** What lies over the photographs. */
export interface Overlay {
  readonly heat: boolean;
  /** 0..1 */
  readonly opacity: number;
  readonly truth: boolean;
}

/** Pixels that a tile has for it. */
const tileHeight = 176;

interface PhotographProps {
  readonly run: string;
  readonly results: ResultsView;
  readonly image: ResultImage;
  /** Place in the results. */
  readonly index: number;
  readonly size: 'small' | 'large' | 'full';
  readonly overlay: Overlay;
  readonly alt: string;
}

export function Photograph({ run, results, image, index, size, overlay, alt }: PhotographProps) {
  const [natural, setNatural] = useState<{ readonly width: number; readonly height: number }>();
  const over = (what: 'heat' | 'truth', opacity: number) => {
    if (!natural) return null;
    const part = seenPart(results.geometry, natural);
    const style = {
      left: `${(100 * part.x) / natural.width}%`,
      top: `${(100 * part.y) / natural.height}%`,
      width: `${(100 * part.width) / natural.width}%`,
      height: `${(100 * part.height) / natural.height}%`,
      opacity,
    };
    return (
      <img
        class="over"
        src={addresses.result(run, what, index, results)}
        alt=""
        style={style}
        data-over={what}
      />
    );
  };
  // Pictures of a data set of the same name would be others.
  if (results.dataset === null)
    return (
      <span class="photograph outside" role="img" aria-label={alt}>
        {texts.value.resultsPage.outside}
      </span>
    );
  // Small ones stand in lists.
  const Picture = size === 'small' ? Thumbnail : 'img';
  const ratio = natural && natural.width / natural.height;
  // As large as its place, so that what lies over it fits: of a tile the height is given.
  const style = ratio && {
    'aspect-ratio': String(ratio),
    width: size === 'small' ? `min(100%, ${Math.floor(tileHeight * ratio)}px)` : '100%',
  };
  return (
    <span class="photograph" style={style || undefined}>
      <Picture
        src={addresses.picture(results.dataset, image.path, size)}
        alt={alt}
        onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
          setNatural({ width, height })
        }
      />
      {overlay.heat && over('heat', overlay.opacity)}
      {overlay.truth && image.truth && over('truth', 1)}
    </span>
  );
}
