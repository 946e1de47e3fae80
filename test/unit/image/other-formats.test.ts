import { describe, expect, it } from 'vitest';
import { headBytes, sniff } from '../../../src/image/other-formats.ts';
import { encoded, noise } from '../../helpers/images.ts';
import { paged } from '../../helpers/pages.ts';

const look = (text: string, name = 'x') => sniff(Buffer.from(text, 'latin1'), name);

describe('lookAt', () => {
  it.each(['png', 'jpeg', 'webp', 'tiff'] as const)('recognises %s by its first bytes', async (format) => {
    expect(sniff((await encoded(noise(9, 9), format)).subarray(0, headBytes), 'x')).toEqual({ format });
  });

  it('recognises a bitmap, and not a text that begins like one', () => {
    const bitmap = Buffer.alloc(60);
    bitmap.write('BM');
    bitmap.writeUInt32LE(40, 14);
    expect(sniff(bitmap, 'x')).toEqual({ format: 'bmp' });
    expect(look('BMW parts, photographed on Monday morning in hall 3')).toEqual({});
    expect(look('BM')).toEqual({});
  });

  it("does not take the preview in a camera's raw file for its image", () => {
    expect(look('II*\0\x08\0\0\0', 'DSC_1.NEF')).toEqual({ other: 'camera raw' });
    expect(look('II*\0\x08\0\0\0', 'scan')).toEqual({ format: 'tiff' });
  });

  it('names formats that are not read', async () => {
    expect(sniff((await paged('gif', 2)).subarray(0, headBytes), 'x')).toEqual({ other: 'GIF' });
    expect(look('\0\0\0\x18ftypheic')).toEqual({ other: 'HEIC' });
    expect(look('\0\0\0\x18ftypmif1')).toEqual({ other: 'HEIC' });
    expect(look('\0\0\0\x18ftypavif')).toEqual({ other: 'AVIF' });
    expect(look('\0\0\0\x18ftypisom')).toEqual({ other: 'video' });
    expect(look('P5\n640 480\n')).toEqual({ other: 'PGM' });
    expect(look('P6 # made by hand')).toEqual({ other: 'PPM' });
    expect(look('P7\nWIDTH 4')).toEqual({ other: 'PAM' });
    expect(look(`${'\0'.repeat(128)}DICM`)).toEqual({ other: 'DICOM' });
  });

  it.each(['', 'P5', 'P5 is a part', 'PK', 'RIFF....WAVE', '\0\0\0\0'])(
    'recognises nothing in %j',
    (text) => {
      expect(look(text)).toEqual({});
    },
  );
});
