/** @file Numbers as the pages write them; those of results are the ones of the command line, rounded alike. */
import { locale, texts } from './texts/texts.ts';

/** A share with so many digits as `clad evaluate` prints; a dash where there is none. */
export function fraction(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(3);
}

export function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

export function countText(value: number): string {
  return value.toLocaleString(locale.value);
}

/** A score with four significant digits. */
export function scoreText(value: number): string {
  return String(Number(value.toPrecision(4)));
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toLocaleString(locale.value, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** What a test image shows: a kind of defect as its folder is called, or that it is good. */
export function kindText(kind: string): string {
  return kind === 'good' ? texts.value.goodKind : kind;
}

/** Seconds as people say them. */
export function duration(seconds: number): string {
  const { duration: words } = texts.value;
  if (seconds < 90) return words.seconds(Math.max(1, Math.round(seconds)));
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? words.minutes(minutes) : words.hours(Math.floor(minutes / 60), minutes % 60);
}

/** The same of a guess: no more digits than it is worth. */
export function about(seconds: number): string {
  const coarse =
    seconds < 20 ? Math.ceil(seconds / 5) * 5 : seconds < 90 ? Math.round(seconds / 10) * 10 : seconds;
  return texts.value.duration.about(duration(coarse));
}

export function moment(iso: string): string {
  return new Date(iso).toLocaleString(locale.value, { dateStyle: 'medium', timeStyle: 'short' });
}
