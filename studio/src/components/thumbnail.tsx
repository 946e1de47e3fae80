/** @file A picture in a long list, which is not asked for while its row flies past. */
import { useRef } from 'preact/hooks';
import { flying } from './virtual-rows.tsx';

interface ThumbnailProps {
  readonly src: string;
  readonly alt: string;
  readonly onLoad?: (event: { readonly currentTarget: HTMLImageElement }) => void;
}

export function Thumbnail({ src, alt, onLoad }: ThumbnailProps) {
  const asked = useRef(false);
  // Read only until it is asked for, so that later flights draw nothing anew.
  asked.current ||= !flying.value;
  return (
    <img
      {...(asked.current && { src })}
      {...(onLoad && { onLoad })}
      alt={alt}
      loading="lazy"
      decoding="async"
    />
  );
}
