"""Writes test/fixtures/tiny-vit.json: what PyTorch computes for small TinyViTs whose weights are a formula of their names.

Run with Debian's Python, which has PyTorch 1.13: /usr/bin/python3 tools/make-tiny-vit-golden.py
The same formula stands in test/helpers/golden-weights.ts, so no weights are stored. The network below is written from the
paper, window by window; timm is not needed, only its names and those of the publisher.
"""
import math

import torch
from torch.nn import functional as F

from golden_numbers import values, write_models

CHANNELS, BLOCKS, HEADS, WINDOWS = (8, 16, 24, 32), (1, 2, 1, 1), (0, 2, 3, 4), (0, 3, 4, 3)


class Network:
    def __init__(self, *, stages, convolution, stem, stage_of, merge_of, prefix='', extra=None):
        self.stages, self.convolution, self.stem, self.prefix = stages, convolution, stem, prefix
        self.stage_of, self.merge_of = stage_of, merge_of
        self.shapes = {}
        self.normed(stem[0], CHANNELS[0] // 2, 3, 3)
        self.normed(stem[1], CHANNELS[0], CHANNELS[0] // 2, 3)
        for stage in range(stages):
            channels, at = CHANNELS[stage], stage_of(stage) + '.blocks'
            if stage > 0:
                self.three(merge_of(stage) + '.conv', CHANNELS[stage - 1], channels, channels)
            for number in range(BLOCKS[stage]):
                block = f'{at}.{number}'
                if stage == 0:
                    self.three(block + '.conv', channels, 4 * channels, channels)
                    continue
                for name, shape in (('attn.norm', [channels]), ('attn.qkv', [3 * channels, channels]), ('attn.proj', [channels, channels]),
                                    ('mlp.norm', [channels]), ('mlp.fc1', [4 * channels, channels]), ('mlp.fc2', [channels, 4 * channels])):
                    self.shapes[f'{prefix}{block}.{name}.weight'], self.shapes[f'{prefix}{block}.{name}.bias'] = shape, shape[:1]
                self.shapes[f'{prefix}{block}.attn.attention_biases'] = [HEADS[stage], WINDOWS[stage]**2]
                self.normed(block + '.local_conv', channels, 1, 3)
        for name in extra or ():
            self.shapes[prefix + name] = [4]

    def normed(self, name, outputs, inputs, kernel):
        self.shapes[f'{self.prefix}{name}.{self.convolution}.weight'] = [outputs, inputs, kernel, kernel]
        for part in ('weight', 'bias', 'running_mean', 'running_var'):
            self.shapes[f'{self.prefix}{name}.bn.{part}'] = [outputs]

    def three(self, name, inputs, width, outputs):
        self.normed(name + '1', width, inputs, 1)
        self.normed(name + '2', width, 1, 3)
        self.normed(name + '3', outputs, width, 1)

    def get(self, name):
        return values(self.prefix + name, self.shapes[self.prefix + name])

    def convolve(self, x, name, stride=1, groups=1):
        weight = self.get(f'{name}.{self.convolution}.weight')
        x = F.conv2d(x, weight, stride=stride, padding=weight.shape[-1] // 2, groups=groups)
        norm = [self.get(f'{name}.bn.{part}') for part in ('running_mean', 'running_var', 'weight', 'bias')]
        return F.batch_norm(x, *norm)

    def apply_three(self, x, name, stride):
        x = F.gelu(self.convolve(x, name + '1'))
        x = F.gelu(self.convolve(x, name + '2', stride, x.shape[1]))
        return self.convolve(x, name + '3')

    def linear(self, x, name):
        return F.linear(x, self.get(name + '.weight'), self.get(name + '.bias'))

    def norm(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.get(name + '.weight'), self.get(name + '.bias'))

    def window(self, tokens, name, heads, side):
        """Attention of [B, side, side, C]."""
        b, _, _, channels = tokens.shape
        width = channels // heads
        qkv = self.linear(self.norm(tokens.reshape(b, side * side, channels), name + '.norm'), name + '.qkv')
        biases = self.get(name + '.attention_biases')
        mixed = []
        for head in range(heads):
            q, k, v = qkv[..., 3 * width * head:3 * width * (head + 1)].split(width, -1)
            scores = q @ k.transpose(1, 2) / math.sqrt(width)
            for i in range(side * side):
                for j in range(side * side):
                    down, across = abs(i // side - j // side), abs(i % side - j % side)
                    scores[:, i, j] += biases[head, down * side + across]
            mixed.append(scores.softmax(-1) @ v)
        return self.linear(torch.cat(mixed, -1), name + '.proj').reshape(b, side, side, channels)

    def block(self, x, name, heads, side):
        b, channels, height, width = x.shape
        filled = torch.zeros(b, -(-height // side) * side, -(-width // side) * side, channels)
        filled[:, :height, :width] = x.permute(0, 2, 3, 1)
        mixed = torch.zeros_like(filled)
        for row in range(0, filled.shape[1], side):
            for column in range(0, filled.shape[2], side):
                place = slice(None), slice(row, row + side), slice(column, column + side)
                mixed[place] = self.window(filled[place], name + '.attn', heads, side)
        x = x + mixed[:, :height, :width].permute(0, 3, 1, 2)
        x = self.convolve(x, name + '.local_conv', 1, channels).permute(0, 2, 3, 1)
        x = x + self.linear(F.gelu(self.linear(self.norm(x, name + '.mlp.norm'), name + '.mlp.fc1')), name + '.mlp.fc2')
        return x.permute(0, 3, 1, 2)

    def layers(self, x):
        outputs = {}
        x = self.convolve(F.gelu(self.convolve(x, self.stem[0], 2)), self.stem[1], 2)
        for stage in range(self.stages):
            if stage > 0:
                x = self.apply_three(x, self.merge_of(stage) + '.conv', 1 if stage == 3 else 2)
            for number in range(BLOCKS[stage]):
                name = f'{self.stage_of(stage)}.blocks.{number}'
                if stage == 0:
                    x = F.gelu(x + self.apply_three(x, name + '.conv', 1))
                else:
                    x = self.block(x, name, HEADS[stage], WINDOWS[stage])
            outputs[f'layer{stage + 1}'] = x
        return outputs


TIMM = {'convolution': 'conv', 'stem': ('patch_embed.conv1', 'patch_embed.conv2'), 'stage_of': lambda stage: f'stages.{stage}',
        'merge_of': lambda stage: f'stages.{stage}.downsample'}
PUBLISHER = {'convolution': 'c', 'stem': ('patch_embed.seq.0', 'patch_embed.seq.2'), 'stage_of': lambda stage: f'layers.{stage}',
             'merge_of': lambda stage: f'layers.{stage - 1}.downsample'}
NETWORKS = {
    'tiny_vit timm': Network(stages=3, extra=('stages.3.downsample.conv1.bn.bias', 'head.fc.bias'), **TIMM),
    'tiny_vit publisher': Network(stages=3, extra=('layers.2.downsample.conv1.bn.bias', 'layers.3.blocks.0.mlp.norm.bias', 'norm_head.bias',
                                                   'layers.1.blocks.0.attn.attention_bias_idxs'), **PUBLISHER),
    'mobilesam_tiny_vit publisher': Network(stages=4, prefix='image_encoder.', extra=('neck.0.weight',), **PUBLISHER),
}


ABOUT = 'TinyViTs with formula-made weights on formula-made images, by tools/make-tiny-vit-golden.py; weights: name -> shape'
write_models('tiny-vit.json', ABOUT, ((name, [2, 3, 40, 56], network) for name, network in NETWORKS.items()))
