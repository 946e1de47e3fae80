/**
 * @file What a file is whose name does not say so, by its first bytes: one of the formats that are read, one that is not, or no
 * image. Made for files found in folders, so stricter than the decoder where a signature is short.
 */
import { formatOf, type ImageFormat } from './format.ts';

/** Bytes from the beginning of a file that `sniff` wants to see. */
export const headBytes = 144;

/** Formats of images that are not read: name, place of the signature, signature as Latin-1. */
const signatures: readonly (readonly [name: string, at: number, signature: string])[] = [
  ['GIF', 0, 'GIF8'],
  ['JPEG XL', 0, '\xff\x0a'],
  ['JPEG XL', 4, 'JXL '],
  ['JPEG 2000', 4, 'jP  '],
  ['JPEG 2000', 0, '\xff\x4f\xff\x51'],
  ['AVIF', 4, 'ftypavi'],
  ['HEIC', 4, 'ftyphe'],
  ['HEIC', 4, 'ftypmif1'],
  ['HEIC', 4, 'ftypmsf1'],
  ['camera raw', 4, 'ftypcrx '],
  ['camera raw', 0, 'FUJIFILMCCD-RAW'],
  ['camera raw', 0, 'IIRO'],
  ['camera raw', 0, 'IIRS'],
  ['camera raw', 0, 'IIU\0'],
  ['video', 4, 'ftyp'],
  ['video', 8, 'AVI '],
  ['video', 0, '\x1a\x45\xdf\xa3'],
  ['Photoshop', 0, '8BPS'],
  ['OpenEXR', 0, '\x76\x2f\x31\x01'],
  ['Radiance HDR', 0, '#?RADIANCE'],
  ['DICOM', 128, 'DICM'],
  ['FITS', 0, 'SIMPLE  ='],
  ['DDS', 0, 'DDS '],
  ['QOI', 0, 'qoif'],
  ['PDF', 0, '%PDF'],
  ['NumPy', 0, '\x93NUMPY'],
  ['ZIP', 0, 'PK\x03\x04'],
];

/** Files of cameras that begin as a TIFF does, whose first page is a small preview. */
const rawEndings = /\.(dng|nef|nrw|cr2|arw|srf|sr2|pef|3fr|fff|iiq|erf|mef|mos|kdc|dcr|srw|rwl)$/i;

/** A format that is read, or a name for what is not; both absent where it is no image that is known. */
export interface Look {
  readonly format?: ImageFormat;
  readonly other?: string;
}

/**
 * What a file is.
 * @param head - its first `headBytes`, or all of a shorter one
 * @param name - the file's; what cameras write raw is known by its ending alone
 */
export function sniff(head: Uint8Array, name: string): Look {
  const format = formatOf(head);
  if (format === 'tiff' && rawEndings.test(name)) return { other: 'camera raw' };
  if (format !== undefined && (format !== 'bmp' || hasBmpHeader(head))) return { format };
  const text = Buffer.from(head).toString('latin1');
  const netpbm = /^P(?:([1-6])\s+[\d#]|(7)\n)/.exec(text);
  if (netpbm)
    return { other: ['PBM', 'PGM', 'PPM', 'PBM', 'PGM', 'PPM', 'PAM'][Number(netpbm[1] ?? netpbm[2]) - 1] };
  const known = signatures.find(([, at, signature]) => text.startsWith(signature, at));
  return known ? { other: known[0] } : {};
}

/** Texts may begin with BM too; the lengths of headers that there are have not been more since 1998. */
function hasBmpHeader(head: Uint8Array): boolean {
  if (head.length < 26) return false;
  const size = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(14, true);
  return [12, 16, 40, 52, 56, 64, 108, 124].includes(size);
}
