"""Writes test/fixtures/layers.json: what PyTorch computes for the layers and optimisers of src/nn and src/training.

Run with Debian's Python, which has PyTorch 1.13: /usr/bin/python3 tools/make-layers-golden.py
Weights and inputs are a formula of their names (golden_numbers.py), so none are stored. Of each network there are its
result and the gradients of all weights and of the input, of a sum in which each element has another weight.
"""
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from golden_blocks import Block
from golden_numbers import summary, uniform, values, write
from golden_optimizers import StableAdamW


def weighted(y):
    return (y * torch.cos(1 + torch.arange(y.numel(), dtype=torch.float32)).reshape(y.shape)).sum()


class Attention(nn.Module):
    def __init__(self, width, heads, hidden, kind, gelu, masked):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-6), nn.LayerNorm(width, 1e-6)
        self.attn = nn.ModuleDict({'qkv': nn.Linear(width, 3 * width), 'proj': nn.Linear(width, width)})
        self.mlp = nn.ModuleDict({'fc1': nn.Linear(width, hidden), 'fc2': nn.Linear(hidden, width)})
        self.heads, self.kind, self.gelu, self.masked = heads, kind, gelu, masked

    def forward(self, x):
        n, tokens, width = x.shape
        qkv = self.attn['qkv'](self.norm1(x)).reshape(n, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        q, k, v = qkv
        if self.kind == 'softmax':
            scores = q @ k.transpose(-2, -1) / math.sqrt(width // self.heads)
            if self.masked:
                hidden = torch.arange(tokens)[:, None] == torch.arange(tokens)[None]
                scores = scores.masked_fill(hidden, float('-inf'))
            mixed = scores.softmax(-1) @ v
        else:
            q, k = F.elu(q) + 1, F.elu(k) + 1
            mixed = q @ (k.transpose(-2, -1) @ v) / (q @ k.sum(2, keepdim=True).transpose(-2, -1))
        x = x + self.attn['proj'](mixed.transpose(1, 2).reshape(n, tokens, width))
        return x + self.mlp['fc2'](F.gelu(self.mlp['fc1'](self.norm2(x)), approximate=self.gelu))


class Maps(nn.Module):
    """Dilated and grouped convolution, both poolings, bilinear resizing, transposed convolution."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(4, 6, 3, 1, 2, 2, 2)
        self.up = nn.ConvTranspose2d(6, 4, 3, 2, groups=2)

    def forward(self, x):
        y = F.max_pool2d(self.first(x), 3, 2, 1)
        y = F.interpolate(y, (5, 7), mode='bilinear', align_corners=False)
        return self.up(F.avg_pool2d(y, 3, 1, 1))


def network(name, made, shape):
    shapes = {key: list(value.shape) for key, value in made.state_dict().items() if 'num_batches' not in key}
    made.load_state_dict({key: values(key, each) for key, each in shapes.items()}, strict=False)
    x = torch.from_numpy((2 * uniform('x', int(np.prod(shape))) - 1).astype(np.float32)).reshape(shape)
    x.requires_grad_()
    y = made.train()(x)
    weighted(y).backward()
    slopes = {'x': x.grad, **{key: value.grad for key, value in made.named_parameters()}}
    statistics = {key: value for key, value in made.named_buffers() if 'num_batches' not in key}
    return {
        'x': shape,
        'weights': shapes,
        'y': summary('y', y.detach(), 6),
        'slopes': {key: summary(key, value, 6) for key, value in slopes.items()},
        'statistics': {key: value.tolist() for key, value in statistics.items()},
    }


def trajectory(optimizer, clip=None):
    """Six steps, whose gradients are a formula: the last ones are ten times as long."""
    parameters = {'a.weight': values('a.weight', [3, 4]), 'b.bias': values('b.bias', [5])}
    for each in parameters.values():
        each.requires_grad_()
    made = optimizer(list(parameters.values()))
    for step in range(6):
        for name, each in parameters.items():
            drawn = 2 * uniform(f'{name} {step}', each.numel()) - 1
            each.grad = torch.from_numpy((drawn * (10 if step > 3 else 1)).astype(np.float32)).reshape(each.shape)
        if clip:
            nn.utils.clip_grad_norm_(list(parameters.values()), clip)
        made.step()
    return {name: each.detach().flatten().tolist() for name, each in parameters.items()}


def main():
    blocks = {
        f'{kind}, {size}': network(kind, Block(kind, inputs, width, outputs, size), [3, inputs, 4, 6])
        for kind, inputs, width, outputs, size in (
            ('basic', 4, 4, 6, 'halved'),
            ('basic', 4, 4, 4, 'kept'),
            ('basic', 6, 4, 4, 'doubled'),
            ('bottleneck', 4, 3, 6, 'halved'),
            ('bottleneck', 6, 3, 4, 'doubled'),
            ('bottleneck', 4, 3, 5, 'kept'),
        )
    }
    attention = {
        name: network(name, Attention(8, 2, 12, kind, gelu, masked), [2, 5, 8])
        for name, kind, gelu, masked in (
            ('softmax', 'softmax', 'none', False),
            ('masked', 'softmax', 'none', True),
            ('linear', 'linear', 'tanh', False),
        )
    }
    options = {'lr': 0.05, 'betas': (0.8, 0.95), 'eps': 1e-6}
    optimizers = {
        'Adam': trajectory(lambda p: torch.optim.Adam(p, **options)),
        'AdamW': trajectory(lambda p: torch.optim.AdamW(p, weight_decay=0.1, **options)),
        'StableAdamW': trajectory(lambda p: StableAdamW(p, weight_decay=0.1, **options)),
        'AdamW, AMSGrad': trajectory(lambda p: torch.optim.AdamW(p, weight_decay=0.1, amsgrad=True, **options)),
        'StableAdamW, AMSGrad': trajectory(lambda p: StableAdamW(p, weight_decay=0.1, amsgrad=True, **options)),
        'AdamW, clipped': trajectory(lambda p: torch.optim.AdamW(p, weight_decay=0.1, **options), 0.5),
    }
    about = 'Layers and optimisers with formula-made weights, by tools/make-layers-golden.py'
    content = {'blocks': blocks, 'attention': attention, 'maps': network('maps', Maps(), [2, 4, 8, 9])}
    write('layers.json', {'about': about, 'torch': torch.__version__, **content, 'optimizers': optimizers})


main()
