/**
 * Images for the distillation of the built-in backbone, none of them of a product anybody inspects: pieces of photographs of
 * textures, drawn textures, weaves and grids, dead leaves, rendered parts, text, fractals and noise, photographed by all kinds of
 * cameras in all kinds of light. An image is a function of seed and number.
 */
import sharp from 'sharp';
import { Random } from '../../dist/core/random.js';
import { developed, exposed } from '../../dist/demo/camera.js';
import { drawText } from '../../dist/demo/glyphs.js';
import { lit } from '../../dist/demo/light.js';
import { NoiseField } from '../../dist/demo/noise-field.js';
import { alongPath, boxAround, disc, polygon, roundBox, wander } from '../../dist/demo/shapes.js';
import { frameOf, Pose, Surface } from '../../dist/demo/surface.js';
import { decodeImage } from '../../dist/image/decode.js';
import { fractalNoise } from '../../dist/synthesis/gradient-noise.js';
import { proceduralTexture } from '../../dist/synthesis/procedural-textures.js';

/** Pixels a side. */
export const side = 224;

const size = { width: side, height: side };
/** Units of drawings a pixel. */
const unit = 256 / side;

/** The families of images: each is drawn for shares between the one before's `upTo` and its own, from so many textures. */
const families = [
  { draw: piece, upTo: 0.26, swatches: 0 },
  { draw: texture, upTo: 0.36, swatches: 2 },
  { draw: lattice, upTo: 0.48, swatches: 2 },
  { draw: leaves, upTo: 0.62, swatches: 4 },
  { draw: parts, upTo: 0.86, swatches: 4 },
  { draw: writing, upTo: 0.91, swatches: 2 },
  { draw: fractal, upTo: 0.95, swatches: 2 },
  { draw: spectrum, upTo: 1, swatches: 0 },
];

/**
 * Draws image `number`.
 * @param photographs paths of texture photographs (may be empty), which take the place of drawn textures in half of the cases
 */
export async function drawnImage(seed, number, photographs) {
  const random = new Random(seed, 'distil', number);
  const share = random.uniform();
  const family = families.find(({ upTo }) => share < upTo);
  // Without photographs a piece of one is a texture.
  const { draw, swatches: count } = family.draw === piece && photographs.length === 0 ? families[1] : family;
  const swatches = [];
  for (let wanted = Math.min(count, 2 + random.integer(3)); wanted > 0; wanted--)
    swatches.push(await swatch(random, photographs));
  const photograph = photographs.length > 0 ? await decoded(random.pick(photographs)) : undefined;
  const radiance = draw(random, swatches, photograph);
  if (random.uniform() < 0.4) shade(radiance, random);
  const noise = random.pick([0.5, 1, 2, 4, 8]);
  return stored(developed(taken(radiance, random), { noise }, random), random);
}

/** As a file keeps it: some by JPEG, which leaves its blocks. */
async function stored(image, random) {
  if (random.uniform() < 0.6) return image;
  const { width, height } = image;
  const jpeg = await sharp(image.data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 50 + random.integer(46), chromaSubsampling: random.pick(['4:2:0', '4:4:4']) })
    .toBuffer();
  return { ...image, data: await sharp(jpeg).raw().toBuffer() };
}

/** A texture as a function of the place: [red, green, blue] of linear light, turned, scaled and mirrored at its borders. */
async function swatch(random, photographs) {
  const photographed = photographs.length > 0 && random.uniform() < 0.5;
  const image = photographed
    ? await decoded(random.pick(photographs))
    : proceduralTexture({ width: 256, height: 256 }, random);
  const { width, height, data } = image;
  const scale = (Math.min(width, height) / 256) * 2 ** random.uniform(-1, 0.8);
  const angle = photographed ? random.uniform(-0.4, 0.4) : random.uniform(0, 2 * Math.PI);
  const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  const [left, top] = [random.uniform(0, width), random.uniform(0, height)];
  const grey = random.uniform() < 0.25;
  const mirror = (place, size) => {
    const within = Math.abs(place) % (2 * size - 2);
    return within < size - 1 ? within : 2 * size - 2 - within;
  };
  return (u, v) => {
    const x = mirror(left + u * cos - v * sin, width);
    const y = mirror(top + u * sin + v * cos, height);
    const [column, row] = [Math.min(width - 2, Math.floor(x)), Math.min(height - 2, Math.floor(y))];
    const [right, down] = [x - column, y - row];
    const at = (row * width + column) * 3;
    const colour = [0, 1, 2].map((channel) => {
      const upper = data[at + channel] * (1 - right) + data[at + 3 + channel] * right;
      const below = at + width * 3 + channel;
      const lower = data[below] * (1 - right) + data[below + 3] * right;
      return ((upper * (1 - down) + lower * down) / 255) ** 2.2;
    });
    if (!grey) return colour;
    const light = (colour[0] + colour[1] + colour[2]) / 3;
    return [light, light, light];
  };
}

const kept = new Map();

async function decoded(path) {
  if (!kept.has(path)) kept.set(path, await decodeImage(path));
  return kept.get(path);
}

/** The lens and the exposure: dark and bright, sharp and soft, coloured light or grey. */
function taken(radiance, random) {
  if (random.uniform() < 0.25) {
    const [red, green, blue] = radiance.planes;
    for (let at = 0; at < red.length; at++)
      red[at] = green[at] = blue[at] = 0.3 * red[at] + 0.6 * green[at] + 0.1 * blue[at];
  }
  const cast = random.pick([0, 0.02, 0.1]);
  return exposed(radiance, {
    exposure: 2 ** random.normal(0, 0.45),
    balance: [1 + random.normal(0, cast), 1, 1 + random.normal(0, cast)],
    blur: random.pick([0.3, 0.5, 0.7, 1, 1.6, 2.4]),
    vignette: random.uniform(0, 0.3),
  });
}

function lampOf(random) {
  return {
    azimuth: random.uniform(0, 2 * Math.PI),
    elevation: random.uniform(0.4, 1.4),
    key: random.uniform(0.3, 1.1),
    fill: random.uniform(0.25, 0.8),
    tint: [1, 1, 1],
  };
}

function plane(size) {
  return [0, 1, 2].map(() => new Float32Array(size * size));
}

/** Uneven light over all of it: a slope, broad patches, and the haze of stray light. */
function shade({ planes }, random) {
  const [slope, turn] = [random.uniform(0, 0.6), random.uniform(0, 2 * Math.PI)];
  const patches = random.uniform() < 0.5 ? fractalNoise(random, size, [2, 2], 2) : undefined;
  const haze = random.pick([0, 0, 0.3, 0.6]) * random.uniform();
  const level = random.uniform(0.05, 0.5);
  for (let at = 0; at < side * side; at++) {
    const [x, y] = [(at % side) / side - 0.5, Math.floor(at / side) / side - 0.5];
    let light = 1 + slope * (x * Math.cos(turn) + y * Math.sin(turn));
    if (patches) light *= Math.max(0.1, 1 + 0.5 * patches[at]);
    for (const plane of planes) plane[at] = plane[at] * light * (1 - haze) + level * haze;
  }
}

/** A piece of a photograph as it is, in any size, some mirrored or turned a quarter. */
function piece(random, _swatches, photograph) {
  const { width, height, data } = photograph;
  const shorter = Math.min(width, height);
  const span = Math.min(shorter - 2, side * 2 ** random.uniform(-1.2, 1.2));
  const step = span / side;
  const [left, top] = [random.uniform(0, width - 1 - span), random.uniform(0, height - 1 - span)];
  const [flip, turn] = [random.uniform() < 0.5, random.uniform() < 0.25];
  // So many samples a pixel and direction that none of the photograph's is left out.
  const samples = Math.ceil(step);
  const planes = plane(side);
  for (let row = 0, at = 0; row < side; row++) {
    for (let column = 0; column < side; column++, at++) {
      const across = flip ? side - 1 - column : column;
      const [u, v] = turn ? [row, across] : [across, row];
      for (let sample = 0; sample < samples * samples; sample++) {
        const x = left + (u + ((sample % samples) + 0.5) / samples) * step;
        const y = top + (v + (Math.floor(sample / samples) + 0.5) / samples) * step;
        const [firstX, firstY] = [Math.floor(x), Math.floor(y)];
        const [right, down] = [x - firstX, y - firstY];
        const upper = (firstY * width + firstX) * 3;
        const lower = upper + width * 3;
        for (let channel = 0; channel < 3; channel++) {
          const above = data[upper + channel] * (1 - right) + data[upper + 3 + channel] * right;
          const below = data[lower + channel] * (1 - right) + data[lower + 3 + channel] * right;
          planes[channel][at] += linear[Math.round(above * (1 - down) + below * down)];
        }
      }
    }
  }
  for (const each of planes) for (let at = 0; at < each.length; at++) each[at] /= samples * samples;
  if (random.uniform() < 0.4) blemishes({ planes }, random);
  return { ...size, planes };
}

/** Linear light of a level. */
const linear = Float32Array.from({ length: 256 }, (_, value) => (value / 255) ** 2.2);

/** Threads, meshes, tiles and rows of dots: one small motif, repeated on a grid that is not quite straight. */
function lattice(random, [first, second]) {
  const motif = random.pick([threads, dots, waves])(random);
  const period = 2 ** random.uniform(2, 5.5);
  const angle = random.uniform(0, 2 * Math.PI);
  const [cos, sin] = [Math.cos(angle) / period, Math.sin(angle) / period];
  const stretch = 2 ** random.normal(0, 0.3);
  const skew = random.pick([0, 0, 0.5]);
  const warp = new NoiseField(random);
  const [reach, far] = [random.pick([0, 0.1, 0.4]), random.uniform(20, 90)];
  const [grain, rough] = [random.uniform(1, 4), random.pick([0, 0.1, 0.4])];
  const contrast = random.uniform(0.1, 1);
  const plain = random.uniform() < 0.6;
  const [dark, bright] = [first(random.uniform(0, 256), 9), second(random.uniform(0, 256), 9)];
  const planes = plane(side);
  for (let at = 0; at < side * side; at++) {
    const [x, y] = [(at % side) * unit, Math.floor(at / side) * unit];
    const off = reach > 0 ? reach * warp.at(x / far, y / far) : 0;
    const u = x * cos - y * sin + off;
    const v = (x * sin + y * cos) * stretch + 0.7 * off;
    const fine = rough > 0 ? 1 + rough * warp.at(x / grain + 7.3, y / grain) : 1;
    const share = contrast * motif(u + skew * Math.floor(v), v);
    const [under, over] = plain ? [dark, bright] : [first(x, y), second(x, y)];
    for (let channel = 0; channel < 3; channel++)
      planes[channel][at] = Math.max(0, (under[channel] * (1 - share) + over[channel] * share) * fine);
  }
  if (random.uniform() < 0.5) blemishes({ planes }, random);
  return { ...size, planes };
}

/** Round threads over and under each other. */
function threads(random) {
  const float = random.pick([1, 2, 3]);
  const thick = random.uniform(0.6, 1);
  const round = (place) => Math.sqrt(Math.max(0, 1 - ((2 * (place - Math.floor(place)) - 1) / thick) ** 2));
  const tone = random.uniform(0.2, 1);
  return (u, v) => {
    const over = (Math.floor(u) + Math.floor(v)) % (float + 1) === 0;
    return over ? round(u) : tone * round(v);
  };
}

/** Discs or rings, bright or dark. */
function dots(random) {
  const [radius, hole, soft] = [random.uniform(0.15, 0.48), random.pick([0, 0, 0.6]), random.uniform(4, 20)];
  const within = (away) => 1 / (1 + Math.exp(soft * away * 4));
  return (u, v) => {
    const away = Math.hypot(u - Math.floor(u) - 0.5, v - Math.floor(v) - 0.5);
    return within(away - radius) * (1 - (hole > 0 ? within(away - radius * hole) : 0));
  };
}

/** A few harmonics of the grid. */
function waves(random) {
  const parts = Array.from({ length: 1 + random.integer(5) }, () => [
    random.integer(4) * 2 * Math.PI,
    (random.integer(5) - 2) * 2 * Math.PI,
    random.uniform(0, 2 * Math.PI),
    random.uniform(0.3, 1),
  ]);
  const sharp = random.uniform(0.5, 4);
  return (u, v) => {
    const sum = parts.reduce(
      (total, [h, l, phase, high]) => total + high * Math.sin(h * u + l * v + phase),
      0,
    );
    return 0.5 + 0.5 * Math.tanh(sharp * sum);
  };
}

/** Scratches and stains without height: what the features are to notice. */
function blemishes({ planes }, random) {
  for (let mark = 1 + random.integer(4); mark > 0; mark--) {
    const [x, y] = [random.uniform(0, side), random.uniform(0, side)];
    const gains = [0, 1, 2].map(() => 2 ** random.normal(0, 0.15));
    const gain = 2 ** random.normal(0, 1);
    const scratch = random.uniform() < 0.5;
    const reach = scratch ? random.uniform(8, 100) : 2 ** random.uniform(1, 5.5);
    const path = wander(random, [x, y], random.uniform(0, 7), reach, random.pick([0.05, 0.5]));
    const half = scratch ? random.uniform(0.4, 2.5) : reach * random.uniform(0.1, 0.6);
    const soft = scratch ? 0.7 : half * random.uniform(0.1, 1);
    const [left, upper, right, lower] = boxAround(path, half + 3 * soft).map((edge) =>
      Math.round(Math.min(side, Math.max(0, edge))),
    );
    for (let row = upper; row < lower; row++) {
      for (let column = left; column < right; column++) {
        const covered = 1 / (1 + Math.exp((alongPath(column, row, path)[0] - half) / (0.4 * soft)));
        for (let channel = 0; channel < 3; channel++)
          planes[channel][row * side + column] *= 1 + covered * (gain * gains[channel] - 1);
      }
    }
  }
}

/** One texture all over, sometimes with a second that noise lets through. */
function texture(random, [first, second]) {
  const planes = plane(side);
  const cover = random.uniform() < 0.3 ? fractalNoise(random, size, [3, 3], 4) : undefined;
  for (let at = 0; at < side * side; at++) {
    const [u, v] = [(at % side) * unit, Math.floor(at / side) * unit];
    const colour = cover && cover[at] > 0.15 ? second(u, v) : first(u, v);
    for (let channel = 0; channel < 3; channel++) planes[channel][at] = colour[channel];
  }
  return { ...size, planes };
}

/** Flat shapes of all sizes, each over the ones before (a dead-leaves image). */
function leaves(random, swatches) {
  const surface = new Surface(frameOf(size));
  cover(surface, random, swatches[0]);
  const count = Math.round(2 ** random.uniform(3, 7));
  const smallest = random.uniform(3, 12);
  for (let leaf = 0; leaf < count; leaf++) {
    // Areas fall off as a power, as those of things in photographs do.
    const radius = smallest / Math.sqrt(random.uniform(0.004, 1));
    const pose = new Pose(random.uniform(0, 256), random.uniform(0, 256), random.uniform(0, 2 * Math.PI));
    lay(surface, random, pose, shapeOf(random, radius), random.pick(swatches), 0);
  }
  return lit(surface, lampOf(random));
}

/** One to several parts with height, edges, holes, tool marks, print and dirt, on a table. */
function parts(random, swatches) {
  const surface = new Surface(frameOf(size));
  cover(surface, random, swatches[0], random.uniform() < 0.65);
  const count = random.pick([1, 1, 1, 2, 3, 6, 12]);
  const [rows, look] = [Math.ceil(Math.sqrt(count)), random.uniform() < 0.5];
  const same = look ? shapeOf(random, 110 / rows) : undefined;
  const colour = look ? random.pick(swatches) : undefined;
  for (let part = 0; part < count; part++) {
    const [column, row] = [part % rows, Math.floor(part / rows)];
    const spread = 14 / rows;
    const pose = new Pose(
      ((column + 0.5) * 256) / rows + random.normal(0, spread),
      ((row + 0.5) * 256) / rows + random.normal(0, spread),
      same && random.uniform() < 0.7 ? 0.1 * random.normal() : random.uniform(0, 2 * Math.PI),
    );
    const shape = same ?? shapeOf(random, random.uniform(45, 115) / rows);
    lay(surface, random, pose, shape, colour ?? random.pick(swatches), random.uniform(1, 14));
    // What is mounted on the part.
    for (let detail = random.integer(5); detail > 0; detail--) {
      const place = pose.at(random.normal(0, 0.35 * shape.radius), random.normal(0, 0.35 * shape.radius));
      lay(
        surface,
        random,
        place,
        shapeOf(random, shape.radius * random.uniform(0.06, 0.4)),
        random.pick(swatches),
        random.uniform(-3, 5),
      );
    }
    if (random.uniform() < 0.25) print(surface, random, pose, shape.radius * random.uniform(0.1, 0.25));
  }
  marks(surface, random);
  return lit(surface, lampOf(random));
}

/** Lines of text on paper, plastic or metal. */
function writing(random, swatches) {
  const surface = new Surface(frameOf(size));
  cover(surface, random, swatches[0], random.uniform() < 0.6);
  const height = random.uniform(8, 40);
  const pose = new Pose(128, 128, random.normal(0, 0.3));
  for (let line = -150; line < 150; line += height * random.uniform(1.3, 2))
    print(surface, random, pose.at(random.uniform(-100, 0), line), height);
  marks(surface, random);
  return lit(surface, lampOf(random));
}

/** The attractor of random contractions (an iterated function system), coloured by density. */
function fractal(random, swatches) {
  const maps = Array.from({ length: 2 + random.integer(4) }, () => {
    const [angle, turn] = [random.uniform(0, 2 * Math.PI), random.uniform(0, 2 * Math.PI)];
    const [wide, high] = [random.uniform(0.25, 0.85), random.uniform(0.2, 0.75)];
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    return [
      wide * c,
      -high * Math.sin(turn),
      wide * s,
      high * Math.cos(turn),
      random.uniform(-1, 1),
      random.uniform(-1, 1),
    ];
  });
  const points = new Float32Array(120_000);
  let [x, y] = [0, 0];
  let reach = 0.1;
  for (let at = 0; at < points.length; at += 2) {
    const [a, b, c, d, e, f] = random.pick(maps);
    [x, y] = [a * x + b * y + e, c * x + d * y + f];
    if (!(Math.abs(x) + Math.abs(y) < 1e3)) [x, y] = [0, 0];
    points[at] = x;
    points[at + 1] = y;
    if (at > 200) reach = Math.max(reach, Math.abs(x), Math.abs(y));
  }
  const density = new Float32Array(side * side);
  const scale = (side * random.uniform(0.45, 0.9)) / reach;
  for (let at = 0; at < points.length; at += 2) {
    const [column, row] = [
      Math.floor(side / 2 + points[at] * scale),
      Math.floor(side / 2 + points[at + 1] * scale),
    ];
    if (column >= 0 && column < side && row >= 0 && row < side) density[row * side + column] += 1;
  }
  const planes = plane(side);
  for (let at = 0; at < density.length; at++) {
    const [u, v] = [at % side, Math.floor(at / side)];
    const share = Math.min(1, Math.log1p(density[at]) / 3);
    const [under, over] = [swatches[0](u, v), swatches[1](u, v)];
    for (let channel = 0; channel < 3; channel++)
      planes[channel][at] = under[channel] * (1 - share) + over[channel] * share;
  }
  return { ...size, planes };
}

/** Noise of a drawn spectrum, from clouds to sand, its colours more or less alike. */
function spectrum(random) {
  const gain = random.uniform(0.4, 1.1);
  const noise = () => fractalNoise(random, size, [2 ** random.integer(3), 2 ** random.integer(3)], 7, gain);
  const [light, red, blue] = [noise(), noise(), noise()];
  const [contrast, colour] = [random.uniform(0.1, 0.5), random.uniform(0, 0.3)];
  const planes = plane(side);
  for (let at = 0; at < light.length; at++) {
    const level = 0.4 + contrast * light[at];
    planes[0][at] = Math.max(0, level + colour * red[at]);
    planes[1][at] = Math.max(0, level);
    planes[2][at] = Math.max(0, level + colour * blue[at]);
  }
  return { ...size, planes };
}

/** The ground: a swatch, or one plain colour. */
function cover(surface, random, colours, plain = random.uniform() < 0.4) {
  const level = random.uniform(0.01, 0.9);
  const tint = [0, 1, 2].map(() => level * (1 + random.normal(0, random.pick([0, 0.15]))));
  const [noise, grain, rough] = [new NoiseField(random), random.uniform(2, 8), random.uniform(0, 0.4)];
  const gloss = random.pick([0, 0.1, 0.4]);
  surface.everywhere((at, x, y) => {
    const fine = noise.fractal(x / grain, y / grain, 2);
    surface.paint(at, 1, { colour: plain ? tint : colours(x, y), gloss }, rough * fine);
    surface.tone(at, Math.max(0, 1 + 0.3 * rough * fine));
  });
}

/**
 * Lays a shape on what is there.
 * @param thick units of height; 0 for print, negative for a recess
 */
function lay(surface, random, pose, { distance, radius, box }, colours, thick) {
  const plain = random.uniform() < 0.5;
  const [left, top] = [random.uniform(0, 256), random.uniform(0, 256)];
  const level = random.uniform(0.02, 0.95);
  const tint = colours(left, top).map((value) => 0.5 * value + 0.5 * level);
  const [metal, gloss] = [
    random.uniform() < 0.35 ? random.uniform(0.5, 1) : 0,
    random.pick([0, 0.1, 0.3, 0.8]),
  ];
  const bevel = Math.max(0.5, random.uniform(0.02, 0.7) * radius);
  const round = random.uniform() < 0.4;
  const noise = new NoiseField(random);
  const [across, along] = [random.uniform(1, 10), random.uniform(1, 10) ** random.pick([1, 2])];
  const rough = random.uniform(0, 0.3);
  const mottle = random.uniform(0, 0.25);
  surface.visit(pose, box, (at, u, v) => {
    const away = distance(u, v);
    const amount = surface.coverage(away);
    if (amount <= 0) return;
    const depth = Math.min(1, Math.max(0, -away) / bevel);
    const rise = round ? Math.sqrt(1 - (1 - depth) ** 2) : Math.min(1, 2 * depth);
    const fine = noise.fractal(u / across, v / along, 2);
    const colour = plain ? tint : colours(u + left, v + top);
    const height =
      thick === 0 ? undefined : surface.height[at] * (thick < 0 ? 1 : 0) + thick * rise + rough * fine;
    surface.paint(at, amount, { colour, metal, gloss }, height);
    surface.tone(at, Math.max(0, 1 + amount * mottle * fine));
  });
}

/** A line of random letters and figures. */
function print(surface, random, pose, height) {
  const letters = 'ABCDEFGHIKLMNOPQRSTUVWXYZ0123456789-/:.';
  const text = Array.from({ length: 2 + random.integer(10) }, () => random.pick([...letters])).join('');
  const level = random.pick([0.01, 0.03, 0.2, 0.8]);
  const material = {
    colour: [level, level * random.uniform(0.3, 1), level * random.uniform(0.3, 1)],
    gloss: 0.1,
  };
  const weight = height * random.uniform(0.08, 0.22);
  const relief = random.pick([0, 0, 1.2, -1.2]);
  drawText(surface, pose, [-height * text.length * 0.4, -height / 2], text, {
    height,
    weight,
    material,
    relief,
  });
}

/** Scratches, stains and crumbs here and there: what the features are to notice. */
function marks(surface, random) {
  for (let mark = random.pick([0, 0, 1, 2, 5]); mark > 0; mark--) {
    const pose = new Pose(random.uniform(20, 236), random.uniform(20, 236), random.uniform(0, 2 * Math.PI));
    const level = random.uniform(0, 0.9);
    const material = { colour: [level, level * random.uniform(0.6, 1), level * random.uniform(0.4, 1)] };
    const amount = random.uniform(0.2, 1);
    if (random.uniform() < 0.5) {
      const path = wander(random, [0, 0], 0, random.uniform(15, 120), random.pick([0.05, 0.4]));
      const half = random.uniform(0.3, 1.6);
      surface.visit(pose, boxAround(path, 3), (at, u, v) => {
        const covered = surface.coverage(alongPath(u, v, path)[0] - half) * amount;
        if (covered > 0) surface.paint(at, covered, material, surface.height[at] - 0.8);
      });
    } else {
      const { distance, box } = shapeOf(random, random.uniform(2, 20));
      surface.visit(pose, box, (at, u, v) => {
        const covered = surface.coverage(distance(u, v)) * amount;
        if (covered > 0) surface.paint(at, covered, material, surface.height[at] + random.pick([0, 0.5]));
      });
    }
  }
}

/** A shape of about a radius: its signed distance, negative inside, and the box around it. */
function shapeOf(random, radius) {
  const draw = random.pick([discShape, boxShape, boxShape, cornered, cornered, toothed, bent]);
  let distance = draw(random, radius);
  if (random.uniform() < 0.3) {
    const hole = radius * random.uniform(0.1, 0.6);
    const solid = distance;
    distance = (u, v) => Math.max(solid(u, v), -disc(u, v, hole));
  }
  if (random.uniform() < 0.25) {
    const [count, orbit] = [2 + random.integer(7), radius * random.uniform(0.4, 0.7)];
    const small = radius * random.uniform(0.05, 0.15);
    const solid = distance;
    const centres = Array.from({ length: count }, (_, index) => {
      const angle = (2 * Math.PI * index) / count;
      return [orbit * Math.cos(angle), orbit * Math.sin(angle)];
    });
    distance = (u, v) =>
      centres.reduce((most, [x, y]) => Math.max(most, -disc(u - x, v - y, small)), solid(u, v));
  }
  const reach = radius * 1.5 + 3;
  return { distance, radius, box: [-reach, -reach, reach, reach] };
}

function discShape(_random, radius) {
  return (u, v) => disc(u, v, radius);
}

function boxShape(random, radius) {
  const [wide, high] = [radius, radius * random.uniform(0.12, 1)];
  const corner = Math.min(wide, high) * random.pick([0, 0.1, 0.4, 1]);
  return (u, v) => roundBox(u, v, wide, high, corner);
}

function cornered(random, radius) {
  const count = 3 + random.integer(6);
  const uneven = random.pick([0, 0.3, 0.6]);
  const corners = Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * (index + uneven * random.uniform(-0.5, 0.5))) / count;
    const away = radius * (1 - uneven * random.uniform());
    return [away * Math.cos(angle), away * Math.sin(angle)];
  });
  return (u, v) => polygon(u, v, corners);
}

function toothed(random, radius) {
  const [teeth, depth] = [3 + random.integer(25), random.uniform(0.02, 0.25)];
  const sharp = random.uniform(1, 4);
  return (u, v) => {
    const wave = Math.tanh(sharp * Math.sin(teeth * Math.atan2(v, u)));
    return (Math.sqrt(u * u + v * v) - radius * (1 - depth + depth * wave)) * 0.8;
  };
}

function bent(random, radius) {
  const path = wander(random, [-radius, 0], random.normal(0, 0.3), 2 * radius, random.pick([0, 0.2, 0.6]));
  const half = radius * random.uniform(0.05, 0.35);
  return (u, v) => alongPath(u, v, path)[0] - half;
}
