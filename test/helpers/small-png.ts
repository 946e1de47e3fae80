/** @file A whole PNG file that is as small as one can be. */
import sharp from 'sharp';

export async function smallPng(): Promise<Uint8Array<ArrayBuffer>> {
  const create = { width: 8, height: 8, channels: 3 as const, background: '#567' };
  return new Uint8Array(await sharp({ create }).png().toBuffer());
}
