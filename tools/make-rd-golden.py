"""Writes test/fixtures/rd.json: four steps of reverse distillation on a tiny teacher's maps, as PyTorch makes them.

Run with Debian's Python, which has PyTorch 1.13: /usr/bin/python3 tools/make-rd-golden.py
Written from the paper (Deng and Li 2022) and with the structure of its code. Weights and maps are a formula of their names.
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from golden_blocks import Block
from golden_numbers import summary, uniform, values, write

LEVELS = [(6, 16, 8), (8, 8, 4), (10, 4, 2)]
BATCH, STEPS = 3, 4


class Fusing(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))


def stack(count, inputs, outputs, width, size):
    sizes = [(inputs, size)] + [(outputs, 'kept')] * (count - 1)
    return nn.Sequential(*(Block('bottleneck', a, max(2, round(outputs * width)), outputs, s) for a, s in sizes))


class Student(nn.Module):
    def __init__(self, channels, width, embedding_blocks, decoder_blocks):
        super().__init__()
        teacher = [c for c, _, _ in LEVELS]
        own = [max(4, round(c * channels)) for c in teacher]
        last = len(own) - 1
        self.fusion = nn.ModuleList(
            nn.Sequential(
                *(Fusing(teacher[k] if at == 0 else own[k + at], own[k + at + 1]) for at in range(last - k))
            )
            for k in range(last)
        )
        fused = last * own[last] + teacher[last]
        self.embedding = stack(embedding_blocks, fused, 2 * own[last], width, 'halved')
        inputs = own[1:] + [2 * own[last]]
        self.decoder = nn.ModuleList(
            stack(decoder_blocks[last - k], inputs[k], own[k], width, 'doubled') for k in range(last + 1)
        )
        self.heads = nn.ModuleDict(
            {str(k): nn.Conv2d(own[k], teacher[k], 1) for k in range(last + 1) if own[k] != teacher[k]}
        )

    def forward(self, maps):
        x = torch.cat([*(fuse(x) for fuse, x in zip(self.fusion, maps)), maps[-1]], 1)
        x = self.embedding(x)
        made = []
        for k in reversed(range(len(self.decoder))):
            x = self.decoder[k](x)
            made.insert(0, self.heads[str(k)](x) if str(k) in self.heads else x)
        return made


def maps_of(step):
    made = []
    for level, (channels, rows, columns) in enumerate(LEVELS):
        count = BATCH * channels * rows * columns
        drawn = np.maximum(2 * uniform(f'maps {step} {level}', count) - 0.8, 0).astype(np.float16)
        made.append(torch.from_numpy(drawn.astype(np.float32)).reshape(BATCH, channels, rows, columns))
    return made


def loss(teacher, student, cosine):
    if cosine == 'places':
        return [(1 - F.cosine_similarity(a, b)).mean() for a, b in zip(teacher, student)]
    return [(1 - F.cosine_similarity(a.flatten(1), b.flatten(1))).mean() for a, b in zip(teacher, student)]


def trajectory(shape, cosine):
    student = Student(*shape)
    shapes = {key: list(value.shape) for key, value in student.state_dict().items() if 'num_batches' not in key}
    student.load_state_dict({key: values(key, each) for key, each in shapes.items()}, strict=False)
    optimizer = torch.optim.Adam(student.parameters(), lr=0.005, betas=(0.5, 0.999))
    student.train()
    losses = []
    for step in range(STEPS):
        teacher = maps_of(step)
        each = loss(teacher, student(teacher), cosine)
        losses.append([value.item() for value in each])
        optimizer.zero_grad()
        sum(each).backward()
        optimizer.step()
    student.eval()
    with torch.no_grad():
        teacher = maps_of(STEPS)
        distances = [1 - F.cosine_similarity(a, b) for a, b in zip(teacher, student(teacher))]
    return {
        'weights': shapes,
        'losses': losses,
        'final': {k: summary(k, v, 4) for k, v in student.state_dict().items() if 'num_batches' not in k},
        'distances': [summary(f'distance {at}', each, 8) for at, each in enumerate(distances)],
    }


def main():
    about = 'Four steps of reverse distillation on formula-made maps, by tools/make-rd-golden.py'
    cases = {
        'paper': trajectory((1, 0.5, 2, [1, 2, 1]), 'whole'),
        'narrow': trajectory((0.5, 0.6, 1, [2, 1, 1]), 'places'),
    }
    write('rd.json', {'about': about, 'torch': torch.__version__, 'levels': LEVELS, 'batch': BATCH, 'cases': cases})


main()
