"""Writes test/fixtures/cflow.json: a conditional flow as PyTorch computes it: positions, one block, and four training steps of a small flow.

Run with Debian's Python, which has PyTorch 1.13: /usr/bin/python3 tools/make-cflow-golden.py
Written from the paper (Gudovskiy et al. 2022) and with the structure of its code and of FrEIA's block. Weights and rows are a formula of their names.
Determinants are those of the Jacobian matrices that autograd gives, not sums of logarithms.
"""
import math

import numpy as np
import torch
from torch.nn import functional as F

from golden_numbers import summary, uniform, values, write

CLAMP = 1.9


def positions(rows, columns, width):
    half = width // 2
    waves = 1e4 ** (-torch.arange(0, half, 2, dtype=torch.float64) / half)
    table = torch.zeros(rows, columns, width, dtype=torch.float64)
    for row in range(rows):
        for column in range(columns):
            for start, place in ((0, column), (half, row)):
                table[row, column, start : start + half : 2] = torch.sin(place * waves)
                table[row, column, start + 1 : start + half : 2] = torch.cos(place * waves)
    return table.reshape(rows * columns, width).float()


def shapes_of(name, width, condition, hidden):
    moved = width // 2
    return {
        f'{name}.subnet.0.weight': [hidden, width - moved],
        f'{name}.subnet.0.condition': [hidden, condition],
        f'{name}.subnet.0.bias': [hidden],
        f'{name}.subnet.2.weight': [2 * moved, hidden],
        f'{name}.subnet.2.bias': [2 * moved],
        f'{name}.global_scale': [width],
        f'{name}.global_offset': [width],
    }


def mixing_of(name, kind, width):
    """The matrix, and what the test needs of it."""
    if kind == 'hard':
        order = np.argsort(uniform(f'{name} order', width), kind='stable')
        return torch.eye(width)[torch.from_numpy(order)], [int(at) for at in order]
    drawn = 2 * uniform(f'{name} rotation', width * width).reshape(width, width) - 1
    rotation = torch.from_numpy(np.linalg.qr(drawn)[0].astype(np.float32))
    return rotation, [float(value) for value in rotation.flatten()]


def block(name, x, condition, mixing, weights):
    moved = x.shape[1] // 2
    first, second = x[:, : x.shape[1] - moved], x[:, x.shape[1] - moved :]
    joined = torch.cat([weights[f'{name}.subnet.0.weight'], weights[f'{name}.subnet.0.condition']], 1)
    inner = torch.relu(F.linear(torch.cat([first, condition], 1), joined, weights[f'{name}.subnet.0.bias']))
    made = 0.1 * F.linear(inner, weights[f'{name}.subnet.2.weight'], weights[f'{name}.subnet.2.bias'])
    second = second * torch.exp(CLAMP * torch.tanh(made[:, :moved])) + made[:, moved:]
    scale = 0.1 * F.softplus(weights[f'{name}.global_scale'], beta=0.5)
    return F.linear(torch.cat([first, second], 1) * scale + weights[f'{name}.global_offset'], mixing)


def weighted(y):
    return (y * torch.cos(1 + torch.arange(y.numel(), dtype=torch.float32)).reshape(y.shape)).sum()


def log_determinants(forward, x, condition):
    """By the Jacobian matrix of each row; differentiable, so that gradients pass."""
    rows = []
    for row, told in zip(x, condition):
        jacobian = torch.autograd.functional.jacobian(
            lambda one: forward(one[None], told[None])[0], row, create_graph=True
        )
        rows.append(torch.linalg.slogdet(jacobian)[1])
    return torch.stack(rows)


def drawn_weights(shapes):
    return {key: values(key, shape).requires_grad_() for key, shape in shapes.items()}


def one_block(kind):
    width, grid, told, hidden, images = 5, (2, 3), 4, 14, 2
    shapes = shapes_of('block', width, told, hidden)
    weights = drawn_weights(shapes)
    mixing, given = mixing_of(f'block {kind}', kind, width)
    places = positions(*grid, told)
    rows = images * len(places)
    x = torch.from_numpy((4 * uniform('x', rows * width) - 2).astype(np.float32)).reshape(rows, width).requires_grad_()
    forward = lambda rows, told: block('block', rows, told, mixing, weights)
    condition = places.repeat(images, 1)
    y, change = forward(x, condition), log_determinants(forward, x, condition)
    (weighted(y) + weighted(change)).backward()
    slopes = {'x': x.grad, **{key: value.grad for key, value in weights.items()}}
    return {
        'x': list(x.shape),
        'grid': grid,
        'condition': told,
        'hidden': hidden,
        'mixing': given,
        'weights': shapes,
        'y': summary('y', y.detach(), 16),
        'logDeterminant': [value.item() for value in change],
        'slopes': {key: summary(key, value, 6) for key, value in slopes.items()},
    }


def trajectory(kind, hidden_share, count):
    """Four steps of Adam on batches of patches of a level, as its code makes them."""
    width, grid, told, batch, steps = 6, (3, 4), 8, 10, 4
    hidden = round(hidden_share * (width - width // 2 + told))
    names = [f'level1.{at}' for at in range(count)]
    shapes = {key: shape for name in names for key, shape in shapes_of(name, width, told, hidden).items()}
    weights = drawn_weights(shapes)
    mixings = [mixing_of(f'{name} {kind}', kind, width) for name in names]
    places = positions(*grid, told)

    def forward(x, condition):
        for name, (mixing, _) in zip(names, mixings):
            x = block(name, x, condition, mixing, weights)
        return x

    def likelihood(x, condition):
        z = forward(x, condition)
        density = -0.5 * math.log(2 * math.pi) * width - 0.5 * (z**2).sum(1) + log_determinants(forward, x, condition)
        return density / width

    def rows_of(name, rows):
        drawn = np.maximum(4 * uniform(f'rows {name}', rows * width) - 1, 0).astype(np.float16)
        return torch.from_numpy(drawn.astype(np.float32)).reshape(rows, width)

    optimizer = torch.optim.Adam(weights.values(), lr=0.002)
    losses = []
    for step in range(steps):
        at = (uniform(f'places {step}', batch) * len(places)).astype(np.int64)
        loss = -F.logsigmoid(likelihood(rows_of(step, batch), places[torch.from_numpy(at)])).mean()
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    said = likelihood(rows_of('image', len(places)), places)
    return {
        'level': {'channels': width, 'rows': grid[0], 'columns': grid[1]},
        'positions': told,
        'hidden': hidden_share,
        'kind': kind,
        'batch': batch,
        'mixings': [given for _, given in mixings],
        'weights': shapes,
        'losses': losses,
        'final': {key: summary(key, value.detach(), 4) for key, value in weights.items()},
        'said': [value.item() for value in said],
    }


def main():
    write(
        'cflow.json',
        {
            'about': 'A conditional flow on formula-made rows, by tools/make-cflow-golden.py',
            'torch': torch.__version__,
            'positions': {'rows': 2, 'columns': 3, 'width': 8, 'table': positions(2, 3, 8).flatten().tolist()},
            'blocks': {kind: one_block(kind) for kind in ('hard', 'soft')},
            'flows': {'soft': trajectory('soft', 2, 3), 'narrow': trajectory('hard', 0.5, 2)},
        },
    )


main()
