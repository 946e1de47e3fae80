import { describe, expect, it } from 'vitest';
import { nameOfParts, partsOfName } from '../../../../src/features/backbones/joined-name.ts';

const known = ['a', 'b', 'nets/a.onnx', 'c++/a+b.onnx', 'odd@64.onnx', 'odd*2.onnx', 'p/@me/c.onnx'];
const parts = (name: string) => partsOfName(name, (text) => known.includes(text));
const square = (side: number) => ({ width: side, height: side });

describe('the name of a joined backbone', () => {
  it('is networks with a plus between them, each with a size and a weight where it has them', () => {
    expect(parts('a+b')).toEqual([{ network: 'a' }, { network: 'b' }]);
    expect(parts('a@256+nets/a.onnx@320x240*0.5+b*2')).toEqual([
      { network: 'a', size: square(256) },
      { network: 'nets/a.onnx', size: { width: 320, height: 240 }, weight: 0.5 },
      { network: 'b', weight: 2 },
    ]);
  });

  it('is made of its parts as it is read', () => {
    const listed = [
      { network: 'a', size: { width: 320, height: 240 } },
      { network: 'nets/a.onnx', size: square(448), weight: 0.5 },
      { network: 'b', weight: 2 },
    ];
    expect(nameOfParts(listed)).toBe('a@320x240+nets/a.onnx@448x448*0.5+b*2');
    expect(parts(nameOfParts(listed))).toEqual(listed);
  });

  it('leaves names and files alone that have such signs themselves', () => {
    expect(parts('c++/a+b.onnx')).toBeUndefined();
    expect(parts('odd@64.onnx')).toBeUndefined();
    expect(parts('nothing.onnx')).toBeUndefined();
    expect(parts('b+c++/a+b.onnx@64+odd@64.onnx@96+odd*2.onnx*2+p/@me/c.onnx')).toEqual([
      { network: 'b' },
      { network: 'c++/a+b.onnx', size: square(64) },
      { network: 'odd@64.onnx', size: square(96) },
      { network: 'odd*2.onnx', weight: 2 },
      { network: 'p/@me/c.onnx' },
    ]);
  });

  it.each([
    ['a+', 'written with a network on both sides of each +, got a+'],
    ['a++b', 'written with a network on both sides of each +, got a++b'],
    ['a+b@', 'written with 32 to 2048 pixels after @, as @448 or @320x240, got b@'],
    ['a+b@big', 'written with 32 to 2048 pixels after @, as @448 or @320x240, got b@big'],
    ['a@16+b', 'written with 32 to 2048 pixels after @, as @448 or @320x240, got a@16'],
    ['a+b*0', 'written with a weight above 0 and up to 100 after *, as *0.5, got b*0'],
    ['a+b*-1', 'written with a weight above 0 and up to 100 after *, as *0.5, got b*-1'],
    ['a*2+b', 'without a weight for a, by which the others are measured; give these weights, got a*2+b'],
    ['a@256', 'several networks, as a+b@448; one alone has its size by --input-size, got a@256'],
  ])('%s is refused', (name, message) => {
    expect(() => parts(name)).toThrow(`Expected the joined backbone to be ${message}.`);
  });
});
