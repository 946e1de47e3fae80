"""Writes test/fixtures/resnet.json: what PyTorch computes for ResNets whose weights are a formula of their names.

Run with Debian's Python, which has PyTorch 1.13: /usr/bin/python3 tools/make-resnet-golden.py
The same formula stands in test/helpers/golden-weights.ts, so no weights are stored. The ResNet below is written
from the paper (He et al. 2016) with torchvision's names and its place of the stride; torchvision is not needed.
"""
import math

import numpy as np
import torch
from torch import nn

from golden_numbers import summary, uniform, write

SIDE = 64
SAMPLES = 16


def values(name, shape):
    """A weight: He-uniform kernels, batch norm around the identity."""
    u = uniform(name, int(np.prod(shape)))
    if len(shape) == 4:
        result = (2 * u - 1) * math.sqrt(6 / (shape[1] * shape[2] * shape[3]))
    elif name.endswith('running_var') or name.endswith('weight'):
        result = 0.5 + u
    else:
        result = (2 * u - 1) * 0.1
    return torch.from_numpy(result.astype(np.float32).reshape(shape))


def normed(inputs, outputs, kernel, stride):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)


class Block(nn.Module):
    def __init__(self, inputs, planes, stride, bottleneck, width):
        super().__init__()
        outputs = planes * 4 if bottleneck else planes
        self.count = 3 if bottleneck else 2
        if bottleneck:
            self.conv1, self.bn1 = normed(inputs, width, 1, 1)
            self.conv2, self.bn2 = normed(width, width, 3, stride)
            self.conv3, self.bn3 = normed(width, outputs, 1, 1)
        else:
            self.conv1, self.bn1 = normed(inputs, planes, 3, stride)
            self.conv2, self.bn2 = normed(planes, planes, 3, 1)
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(*normed(inputs, outputs, 1, stride))
        self.outputs = outputs

    def forward(self, x):
        inner = x
        for number in range(1, self.count + 1):
            inner = getattr(self, f'bn{number}')(getattr(self, f'conv{number}')(inner))
            if number < self.count:
                inner = torch.relu(inner)
        return torch.relu(inner + (self.downsample(x) if hasattr(self, 'downsample') else x))


class ResNet(nn.Module):
    def __init__(self, blocks, bottleneck, widening):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        channels = 64
        for stage, count in enumerate(blocks):
            planes = 64 * 2**stage
            layer = []
            for number in range(count):
                stride = 2 if stage > 0 and number == 0 else 1
                layer.append(Block(channels, planes, stride, bottleneck, planes * widening))
                channels = layer[-1].outputs
            setattr(self, f'layer{stage + 1}', nn.Sequential(*layer))

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = nn.functional.max_pool2d(x, 3, 2, 1)
        outputs = {}
        for stage in (1, 2, 3):
            x = getattr(self, f'layer{stage}')(x)
            outputs[f'layer{stage}'] = x
        return outputs


def main():
    models = {}
    for name, blocks, bottleneck, widening in (
        ('resnet18', (2, 2, 2), False, 1),
        ('resnet50', (3, 4, 6), True, 1),
        ('wide_resnet50_2', (3, 4, 6), True, 2),
    ):
        network = ResNet(blocks, bottleneck, widening).eval()
        shapes = {key: list(value.shape) for key, value in network.state_dict().items() if 'num_batches' not in key}
        network.load_state_dict({key: values(key, shape) for key, shape in shapes.items()}, strict=False)
        image = torch.from_numpy((4 * uniform('image', 3 * SIDE * SIDE) - 2).astype(np.float32))
        layers = {}
        with torch.no_grad():
            for layer, output in network(image.reshape(1, 3, SIDE, SIDE)).items():
                layers[layer] = summary(layer, output, SAMPLES)
        models[name] = {'weights': shapes, 'layers': layers}
    about = 'ResNets with formula-made weights on a formula-made image, by tools/make-resnet-golden.py; weights: name -> shape'
    write('resnet.json', {'about': about, 'torch': torch.__version__, 'side': SIDE, 'models': models})


main()
