"""Writes test/fixtures/untrained.json: what SubspaceAD and RAD say of patch features that are a formula of their names, as PyTorch computes it.

Run with Debian's Python, which has PyTorch 1.13: /usr/bin/python3 tools/make-untrained-golden.py
Written from the publications and what their codes do: principal components in double precision, as many as hold a share of the variance, and the squared
residual; cosines to the patches of the nearest images by their class token, near the same place, averaged over the layers.
"""
import torch
from torch.nn import functional as F

from golden_numbers import uniform, write

CLASSES, IMAGES, SIDE = ['nut', 'cloth'], 10, 4
PLACES = SIDE * SIDE
# Two layers and the class token.
WIDTHS = [5, 6, 4]
WIDTH = sum(WIDTHS)
EXPLAINED = 0.8
NEIGHBOURS, RADIUS = 3, 1


def image(name, own):
    """Patch features of an image as a store has them: the class moves them, later axes vary less, and the token is the same at every place."""
    scale = 0.8 ** torch.arange(WIDTH, dtype=torch.float64)
    rows = torch.from_numpy(2 * uniform(name, PLACES * WIDTH) - 1).reshape(PLACES, WIDTH) * scale
    rows = rows + torch.from_numpy(uniform('class ' + own, WIDTH))
    rows[:, -WIDTHS[2]:] = rows[0, -WIDTHS[2]:]
    return rows.half().double()


def subspace(images):
    rows = torch.cat(images)
    mean = rows.mean(0)
    covariance = (rows - mean).T @ (rows - mean) / len(rows)
    variances, vectors = torch.linalg.eigh(covariance)
    variances, vectors = variances.flip(0), vectors.flip(1)
    held = torch.cumsum(variances, 0) / variances.sum()
    count = int(torch.searchsorted(held, EXPLAINED)) + 1
    basis = vectors[:, :count]
    return {'mean': mean, 'basis': basis, 'count': count, 'explained': held[count - 1].item()}


def residual(rows, fitted):
    moved = rows - fitted['mean']
    return ((moved - moved @ fitted['basis'] @ fitted['basis'].T) ** 2).sum(1)


def distances(query, images, radius):
    layers = [slice(0, WIDTHS[0]), slice(WIDTHS[0], WIDTHS[0] + WIDTHS[1])]
    token = slice(-WIDTHS[2], None)
    unit = lambda rows: F.normalize(rows, dim=-1)
    alike = torch.stack([unit(query[0, token]) @ unit(each[0, token]) for each in images])
    near = alike.topk(min(NEIGHBOURS, len(images))).indices
    scores = torch.zeros(PLACES, dtype=torch.float64)
    for place in range(PLACES):
        row, column = divmod(place, SIDE)
        others = [other for other in range(PLACES) if radius is None
                  or max(abs(other // SIDE - row), abs(other % SIDE - column)) <= radius]
        for layer in layers:
            best = max((unit(query[place, layer]) @ unit(images[at][other, layer])).item() for at in near for other in others)
            scores[place] += (1 - best) / len(layers)
    return scores


def main():
    kept = {own: [image(f'{own} {number}', own) for number in range(IMAGES)] for own in CLASSES}
    queries = {own: image(f'{own} query', own) for own in CLASSES}
    fitted = {own: subspace(images) for own, images in kept.items()}
    write('untrained.json', {
        'about': 'SubspaceAD and RAD on formula-made patch features, by tools/make-untrained-golden.py',
        'classes': CLASSES, 'images': IMAGES, 'side': SIDE, 'widths': WIDTHS, 'explained': EXPLAINED,
        'neighbours': NEIGHBOURS, 'radius': RADIUS,
        'subspaces': {own: {'count': each['count'], 'explained': each['explained'],
                            'residuals': residual(queries[own], each).tolist()} for own, each in fitted.items()},
        'near': {own: distances(queries[own], kept[own], RADIUS).tolist() for own in CLASSES},
        'anywhere': {own: distances(queries[own], kept[own], None).tolist() for own in CLASSES},
        # An image of the memory, judged by the others.
        'others': distances(kept['nut'][4], kept['nut'][:4] + kept['nut'][5:], RADIUS).tolist(),
    })


main()
