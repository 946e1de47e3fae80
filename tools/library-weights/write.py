"""Writes random weights as timm, transformers and torchvision save them, an image and what each library computes of it: FOLDER/NETWORK/...

Needs these three libraries and safetensors, which clad itself does not: python tools/library-weights/write.py FOLDER
Then `node tools/library-weights/compare.mjs FOLDER` builds each network of its file alone and compares.
"""
import json
import os
import sys

import numpy as np
import timm
import torch
import torchvision
import transformers
from safetensors.torch import load_file, save_file

STRIDES = {'layer1': 4, 'layer2': 8, 'layer3': 16}


def randomise(network):
    """Numbers that keep their size from layer to layer; what is computed rather than learnt stays."""
    generator = torch.Generator().manual_seed(1)
    for name, value in [*network.named_parameters(), *network.named_buffers()]:
        computed = any(part in name for part in ('periods', 'inv_freq', 'rope', 'k_bias'))
        if computed or not value.dtype.is_floating_point:
            continue
        with torch.no_grad():
            if name.endswith('running_var'):
                value.copy_(0.5 + torch.rand(value.shape, generator=generator))
            elif value.ndim >= 2 and name.endswith('weight'):
                value.copy_(torch.randn(value.shape, generator=generator) / np.sqrt(value[0].numel()))
            elif value.ndim == 1 and any(part in name for part in ('weight', 'gamma', 'lambda', 'scale')):
                value.copy_(0.5 + torch.rand(value.shape, generator=generator))
            else:
                value.copy_(0.3 * torch.randn(value.shape, generator=generator))
    return network.eval()


def image_of(height, width):
    return torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(2))


def write(folder, weights, image, layers, config=None):
    os.makedirs(folder, exist_ok=True)
    save_file({name: value.contiguous().clone() for name, value in weights.items()}, f'{folder}/model.safetensors')
    arrays = {'image': image, **layers}
    for name, value in arrays.items():
        value.detach().contiguous().numpy().tofile(f'{folder}/{name}.bin')
    with open(f'{folder}/shapes.json', 'w') as file:
        json.dump({name: list(value.shape) for name, value in arrays.items()}, file)
    if config is not None:
        with open(f'{folder}/config.json', 'w') as file:
            json.dump(config, file)


def by_stride(maps, image):
    return {name: each for each in maps for name, stride in STRIDES.items()
            if each.ndim == 4 and each.shape[2] == -(-image.shape[2] // stride)}


def from_timm(folder):
    transformer_names = (
        'vit_small_patch16_224', 'vit_small_patch8_224', 'deit_small_distilled_patch16_224', 'deit3_small_patch16_224',
        'vit_small_patch14_dinov2', 'vit_small_patch14_reg4_dinov2', 'vit_small_patch16_dinov3', 'vit_small_patch16_dinov3_qkvb',
        'vit_small_plus_patch16_dinov3', 'vit_small_plus_patch16_dinov3_qkvb', 'vit_base_patch32_clip_224',
        'vit_base_patch32_clip_quickgelu_224')
    for name in transformer_names:
        sized = {} if 'dinov3' in name else {'dynamic_img_size': True}
        network = randomise(timm.create_model(name, num_classes=0, **sized))
        image = image_of(*((98, 140) if 'patch14' in name else (96, 160)))
        with torch.no_grad():
            maps = network.forward_intermediates(image, norm=False, intermediates_only=True)
            tokens = network.forward_features(image)[:, network.num_prefix_tokens:]
        layers = {f'block{number + 1}': each for number, each in enumerate(maps)}
        layers['norm'] = tokens.transpose(1, 2).reshape(maps[0].shape)
        write(f'{folder}/timm-{name}', network.state_dict(), image, layers, {'architecture': name, 'num_features': network.num_features})
    for name in ('convnext_tiny', 'convnext_atto', 'convnextv2_atto', 'efficientnet_b0', 'efficientnet_b3', 'tf_efficientnet_b0', 'tiny_vit_5m_224',
                 'resnet18'):
        network = randomise(timm.create_model(name))
        image = image_of(*((96, 160) if name.startswith(('tf_', 'convnext')) else (100, 164)))
        with torch.no_grad():
            maps = network.forward_intermediates(image, norm=False, intermediates_only=True)
        write(f'{folder}/timm-{name}', network.state_dict(), image, by_stride(maps, image), {'architecture': name})


def from_transformers(folder):
    sizes = {'hidden_size': 192, 'num_hidden_layers': 3, 'num_attention_heads': 3}
    wide = {**sizes, 'intermediate_size': 400}
    resized = {'interpolate_pos_encoding': True}
    t = transformers
    for name, network, options in (
            ('vit', t.ViTModel(t.ViTConfig(image_size=64, **wide)), resized),
            ('deit', t.DeiTModel(t.DeiTConfig(image_size=64, **wide)), resized),
            ('dinov2', t.Dinov2Model(t.Dinov2Config(image_size=70, patch_size=14, **sizes)), {}),
            ('dinov2-registers', t.Dinov2WithRegistersModel(t.Dinov2WithRegistersConfig(image_size=70, patch_size=14, **sizes)), {}),
            ('dinov3', t.DINOv3ViTModel(t.DINOv3ViTConfig(num_register_tokens=4, **wide)), {}),
            ('dinov3-plus', t.DINOv3ViTModel(t.DINOv3ViTConfig(num_register_tokens=4, use_gated_mlp=True, hidden_act='silu', **wide)), {}),
            ('clip', t.CLIPVisionModel(t.CLIPVisionConfig(image_size=64, patch_size=16, **wide)), resized)):
        network = randomise(network)
        patch = network.config.patch_size
        rows, columns = 6, 10
        image = image_of(rows * patch, columns * patch)
        with torch.no_grad():
            output = network(image, output_hidden_states=True, **options)

        def as_map(tokens):
            return tokens[:, tokens.shape[1] - rows * columns:].transpose(1, 2).reshape(len(image), -1, rows, columns)

        layers = {f'block{number + 1}': as_map(each) for number, each in enumerate(output.hidden_states[1:])}
        if name != 'clip':
            layers['norm'] = as_map(output.last_hidden_state)
        at = f'{folder}/transformers-{name}'
        network.save_pretrained(at)
        write(at, load_file(f'{at}/model.safetensors'), image, layers)
    small = {'depths': [1, 2, 1, 1], 'hidden_sizes': [16, 24, 32, 40]}
    for name, network in (('convnext', t.ConvNextModel(t.ConvNextConfig(**small))), ('convnextv2', t.ConvNextV2Model(t.ConvNextV2Config(**small))),
                          ('dinov3-convnext', t.DINOv3ConvNextModel(t.DINOv3ConvNextConfig(**small)))):
        network = randomise(network)
        image = image_of(96, 160)
        with torch.no_grad():
            maps = network(image, output_hidden_states=True).hidden_states
        at = f'{folder}/transformers-{name}'
        network.save_pretrained(at)
        write(at, load_file(f'{at}/model.safetensors'), image, by_stride(maps[1:], image))


def from_torchvision(folder):
    for name in ('efficientnet_b0', 'efficientnet_b5', 'convnext_tiny', 'resnet50', 'wide_resnet50_2'):
        network = randomise(getattr(torchvision.models, name)(weights=None))
        image = image_of(96, 160)
        if 'resnet' in name:
            stem = [network.conv1, network.bn1, network.relu, network.maxpool]
            parts = torch.nn.Sequential(*stem), network.layer1, network.layer2, network.layer3
        else:
            parts = network.features[:6]
        maps, x = [], image
        with torch.no_grad():
            for part in parts:
                x = part(x)
                maps.append(x)
        write(f'{folder}/torchvision-{name}', network.state_dict(), image, by_stride(maps, image))


if __name__ == '__main__':
    for library in (from_timm, from_transformers, from_torchvision):
        library(sys.argv[1])
