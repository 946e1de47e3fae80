"""Writes test/fixtures/efficientnet.json: what PyTorch computes for small EfficientNets whose weights are a formula of their names.

Run with Debian's Python, which has PyTorch 1.13: /usr/bin/python3 tools/make-efficientnet-golden.py
The same formula stands in test/helpers/golden-weights.ts, so no weights are stored. The network below is written from the
paper, with TensorFlow's padding worked out from each map's size; torchvision and timm are not needed, only their names.
"""
import torch
from torch.nn import functional as F

from golden_numbers import values, write_models

STEM = 8
# Of each stage: kernel, stride, widening, channels, blocks.
STAGES = ((3, 1, 1, 8, 2), (3, 2, 4, 12, 1), (5, 2, 4, 16, 2), (3, 2, 4, 20, 1), (5, 1, 4, 24, 2))


def timm(stage, block):
    at = f'blocks.{stage}.{block}.'
    squeeze = at + 'se.conv_reduce', at + 'se.conv_expand'
    if stage == 0:
        return None, (at + 'conv_dw', at + 'bn1'), squeeze, (at + 'conv_pw', at + 'bn2')
    return (at + 'conv_pw', at + 'bn1'), (at + 'conv_dw', at + 'bn2'), squeeze, (at + 'conv_pwl', at + 'bn3')


def torchvision(stage, block):
    at = f'features.{stage + 1}.{block}.block.'
    shift = 0 if stage == 0 else 1
    pair = [(f'{at}{place}.0', f'{at}{place}.1') for place in range(4)]
    return pair[0] if stage else None, pair[shift], (f'{at}{shift + 1}.fc1', f'{at}{shift + 1}.fc2'), pair[shift + 2]


class Network:
    def __init__(self, stem, naming, *, eps=1e-5, same=False, extra=()):
        self.stem, self.naming, self.eps, self.same = stem, naming, eps, same
        self.shapes = {}
        self.normed(stem, [STEM, 3, 3, 3])
        inputs = STEM
        for stage, (kernel, _, widening, channels, blocks) in enumerate(STAGES):
            for block in range(blocks):
                expand, dw, (reduce, widen), project = naming(stage, block)
                width = inputs * widening
                if expand:
                    self.normed(expand, [width, inputs, 1, 1])
                self.normed(dw, [width, 1, kernel, kernel])
                squeezed = max(1, inputs // 4)
                for name, shape in ((reduce, [squeezed, width, 1, 1]), (widen, [width, squeezed, 1, 1])):
                    self.shapes[name + '.weight'], self.shapes[name + '.bias'] = shape, shape[:1]
                self.normed(project, [channels, width, 1, 1])
                inputs = channels
        for name in extra:
            self.shapes[name] = [4]

    def normed(self, names, shape):
        self.shapes[names[0] + '.weight'] = shape
        for part in ('weight', 'bias', 'running_mean', 'running_var'):
            self.shapes[f'{names[1]}.{part}'] = shape[:1]

    def get(self, name):
        return values(name, self.shapes[name])

    def convolve(self, x, names, stride=1, groups=1):
        weight = self.get(names[0] + '.weight')
        kernel = weight.shape[-1]
        if self.same:
            pads = []
            for size in (x.shape[3], x.shape[2]):
                total = max(((size + stride - 1) // stride - 1) * stride + kernel - size, 0)
                pads += [total // 2, total - total // 2]
            x = F.conv2d(F.pad(x, pads), weight, stride=stride, groups=groups)
        else:
            x = F.conv2d(x, weight, stride=stride, padding=kernel // 2, groups=groups)
        norm = [self.get(f'{names[1]}.{part}') for part in ('running_mean', 'running_var', 'weight', 'bias')]
        return F.batch_norm(x, *norm, eps=self.eps)

    def layers(self, x):
        outputs = {}
        x = F.silu(self.convolve(x, self.stem, 2))
        for stage, (_, stride, _, _, blocks) in enumerate(STAGES):
            for block in range(blocks):
                expand, dw, squeeze, project = self.naming(stage, block)
                y = F.silu(self.convolve(x, expand)) if expand else x
                step = stride if block == 0 else 1
                y = F.silu(self.convolve(y, dw, step, y.shape[1]))
                reduce, widen = ((self.get(name + '.weight'), self.get(name + '.bias')) for name in squeeze)
                whole = F.silu(F.conv2d(F.adaptive_avg_pool2d(y, 1), *reduce))
                y = self.convolve(y * torch.sigmoid(F.conv2d(whole, *widen)), project)
                x = x + y if step == 1 and x.shape == y.shape else y
            if stage in (1, 2, 4):
                outputs[f'layer{(0, 1, 2, 0, 3)[stage]}'] = x
        return outputs


NETWORKS = {
    'efficientnet timm': Network(('conv_stem', 'bn1'), timm, extra=('conv_head.weight', 'bn2.bias', 'blocks.6.0.bn1.num_batches_tracked')),
    'tf_efficientnet timm': Network(('conv_stem', 'bn1'), timm, eps=1e-3, same=True),
    'efficientnet torchvision': Network(('features.0.0', 'features.0.1'), torchvision, extra=('features.8.1.bias', 'classifier.1.bias')),
}


ABOUT = 'EfficientNets with formula-made weights on formula-made images, by tools/make-efficientnet-golden.py; weights: name -> shape'
write_models('efficientnet.json', ABOUT, ((name, [2, 3, 64, 96], network) for name, network in NETWORKS.items()))
