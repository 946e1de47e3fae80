/** @file A number with its noun, in German. */

export const number = (value: number) => value.toLocaleString('de');

export const plural = (count: number, one: string, many: string) =>
  `${number(count)} ${count === 1 ? one : many}`;
