"""Writes test/fixtures/convnext.json: what PyTorch computes for small ConvNeXts whose weights are a formula of their names.

Run with Debian's Python, which has PyTorch 1.13: /usr/bin/python3 tools/make-convnext-golden.py
The same formula stands in test/helpers/golden-weights.ts, so no weights are stored. The network below is written from the
papers; torchvision, timm and transformers are not needed, only their names.
"""
import torch
from torch.nn import functional as F

from golden_numbers import values, write_models

CHANNELS, BLOCKS = (16, 24, 32), (1, 2, 1)


def timm(stage):
    return (('stem.0', 'stem.1') if stage == 0 else (f'stages.{stage}.downsample.1', f'stages.{stage}.downsample.0')) + (
        f'stages.{stage}.blocks', ('conv_dw', 'norm', 'mlp.fc1', 'mlp.fc2', 'gamma', 'mlp.grn'))


def torchvision(stage):
    cut, norm = ('0.0', '0.1') if stage == 0 else (f'{2 * stage}.1', f'{2 * stage}.0')
    return f'features.{cut}', f'features.{norm}', f'features.{2 * stage + 1}', (
        'block.0', 'block.2', 'block.3', 'block.5', 'layer_scale', None)


def hugging_face(stage):
    at = f'convnextv2.encoder.stages.{stage}'
    first = 'convnextv2.embeddings.patch_embeddings', 'convnextv2.embeddings.layernorm'
    return (first if stage == 0 else (f'{at}.downsampling_layer.1', f'{at}.downsampling_layer.0')) + (
        f'{at}.layers', ('dwconv', 'layernorm', 'pwconv1', 'pwconv2', 'layer_scale_parameter', 'grn'))


def dino(stage):
    at = f'stages.{stage}'
    order = (0, 1) if stage == 0 else (1, 0)
    return f'{at}.downsample_layers.{order[0]}', f'{at}.downsample_layers.{order[1]}', f'{at}.layers', (
        'depthwise_conv', 'layer_norm', 'pointwise_conv1', 'pointwise_conv2', 'gamma', None)


def publisher(stage):
    order = (0, 1) if stage == 0 else (1, 0)
    return f'downsample_layers.{stage}.{order[0]}', f'downsample_layers.{stage}.{order[1]}', f'stages.{stage}', (
        'dwconv', 'norm', 'pwconv1', 'pwconv2', 'gamma', 'grn')


class Network:
    def __init__(self, naming, *, second=False, scale_shape=(), kernels=False, response_shape=lambda width: [width], extra=None):
        self.second, self.naming = second, naming
        self.shapes = {}
        inputs = 3
        for stage, channels in enumerate(CHANNELS):
            cut, norm, block, (dw, inner, fc1, fc2, gamma, grn) = naming(stage)
            side = 4 if stage == 0 else 2
            self.both(cut, [channels, inputs, side, side])
            self.both(norm, [channels if stage == 0 else inputs])
            ones = [1, 1] if kernels else []
            for number in range(BLOCKS[stage]):
                at = f'{block}.{number}.'
                self.both(at + dw, [channels, 1, 7, 7])
                self.both(at + inner, [channels])
                self.both(at + fc1, [4 * channels, channels] + ones)
                self.both(at + fc2, [channels, 4 * channels] + ones)
                if second:
                    self.shapes[f'{at}{grn}.weight'] = self.shapes[f'{at}{grn}.bias'] = response_shape(4 * channels)
                else:
                    self.shapes[at + gamma] = [channels, *scale_shape]
            inputs = channels
        self.shapes.update(extra or {})

    def both(self, name, shape):
        self.shapes[name + '.weight'], self.shapes[name + '.bias'] = shape, shape[:1]

    def get(self, name):
        return values(name, self.shapes[name])

    def pair(self, name):
        return self.get(name + '.weight'), self.get(name + '.bias')

    def norm(self, x, name):
        weight, bias = self.pair(name)
        centred = x - x.mean(1, keepdim=True)
        scaled = centred / torch.sqrt(centred.pow(2).mean(1, keepdim=True) + 1e-6)
        return scaled * weight[:, None, None] + bias[:, None, None]

    def pointwise(self, x, name):
        weight, bias = self.pair(name)
        return F.conv2d(x, weight.reshape(*weight.shape[:2], 1, 1), bias)

    def layers(self, x):
        outputs = {}
        for stage in range(3):
            cut, norm, block, (dw, inner, fc1, fc2, gamma, grn) = self.naming(stage)
            weight, bias = self.pair(cut)
            if stage > 0:
                x = self.norm(x, norm)
            x = F.conv2d(x, weight, bias, stride=weight.shape[-1])
            if stage == 0:
                x = self.norm(x, norm)
            for number in range(BLOCKS[stage]):
                at = f'{block}.{number}.'
                weight, bias = self.pair(at + dw)
                y = self.norm(F.conv2d(x, weight, bias, padding=3, groups=len(weight)), at + inner)
                y = F.gelu(self.pointwise(y, at + fc1))
                if self.second:
                    weight, bias = (part.reshape(-1, 1, 1) for part in self.pair(at + grn))
                    length = torch.linalg.vector_norm(y, dim=(2, 3), keepdim=True)
                    y = y + weight * (y * (length / (length.mean(1, keepdim=True) + 1e-6))) + bias
                y = self.pointwise(y, at + fc2)
                x = x + (y if self.second else y * self.get(at + gamma).reshape(-1, 1, 1))
            outputs[f'layer{stage + 1}'] = x
        return outputs


NETWORKS = {
    'convnext timm': Network(timm, kernels=True, extra={'head.norm.weight': [64], 'stages.3.downsample.0.bias': [32]}),
    'convnext torchvision': Network(torchvision, scale_shape=(1, 1), extra={'classifier.2.bias': [10], 'features.6.0.bias': [32]}),
    'convnextv2 hugging-face': Network(hugging_face, second=True, response_shape=lambda width: [1, 1, 1, width],
                                       extra={'convnextv2.layernorm.bias': [64], 'convnextv2.encoder.stages.3.layers.0.dwconv.bias': [64]}),
    'convnext hugging-face dino': Network(dino, extra={'layer_norm.weight': [64], 'stages.3.layers.0.gamma': [64]}),
    'convnextv2 publisher': Network(publisher, second=True, extra={'norm.bias': [64], 'stages.3.0.norm.bias': [64], 'downsample_layers.3.1.bias': [64]}),
}


ABOUT = 'ConvNeXts with formula-made weights on formula-made images, by tools/make-convnext-golden.py; weights: name -> shape'
write_models('convnext.json', ABOUT, ((name, [2, 3, 48, 80], network) for name, network in NETWORKS.items()))
