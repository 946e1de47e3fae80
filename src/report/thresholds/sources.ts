/** @file What false alarms and misses were counted on, in sentences. */
import type { ClassTradeOff } from '../../jobs/trade-off/class-trade-off.ts';

/** What was counted, in a sentence. */
export function sourcesOf({ good, defects, setAside }: ClassTradeOff): string {
  const aside = setAside > 0 ? `; not counted, as they stand out: ${setAside}` : '';
  const goodText =
    good === null
      ? 'No good images.'
      : good.source === 'test'
        ? `Good: ${good.images} test images.`
        : `Good: ${good.images} images of the training, each as if it were new${aside}.`;
  const defectText =
    defects === null
      ? 'No defects.'
      : defects.source === 'test'
        ? `Defects: ${defects.images} test images.`
        : `Defects: ${defects.images} SYNTHETIC ones, made on good images; real ones may be missed more or less often.`;
  return `${goodText} ${defectText}`;
}
