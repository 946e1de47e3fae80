"""What the scripts that make golden numbers share: numbers that are a formula of a name, and a summary of what a layer gives."""
import json
import math
import os

import numpy as np
import torch


def uniform(name, count):
    """`count` numbers in [0, 1): murmur3's finaliser over FNV-1a of the name plus a multiple of the index."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = np.arange(count, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(seed)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return x.astype(np.float64) / 4294967296


def values(name, shape):
    """A weight as a tensor: kernels and linear layers that keep the size of numbers, norms around the identity."""
    u = uniform(name, int(np.prod(shape)))
    if len(shape) == 4:
        result = (2 * u - 1) * math.sqrt(6 / (shape[1] * shape[2] * shape[3]))
    elif len(shape) == 2 and name.endswith('weight'):
        result = (2 * u - 1) * math.sqrt(3 / shape[1])
    elif len(shape) == 1 and (name.endswith(('weight', 'running_var')) or 'gamma' in name or 'lambda' in name):
        result = 0.5 + u
    elif name.endswith('periods'):
        result = 1 + 20 * u
    elif name.endswith('bias_mask'):
        result = (u > 0.5).astype(np.float64)
    else:
        result = (2 * u - 1) * 0.5
    return torch.from_numpy(result.astype(np.float32).reshape(shape))


def summary(name, output, samples):
    """Mean, deviation and some numbers of a layer's output."""
    flat = output.double().flatten()
    at = [int(index) for index in uniform(name, samples) * len(flat)]
    return {
        'shape': list(output.shape),
        'mean': flat.mean().item(),
        'std': flat.std(unbiased=False).item(),
        'at': at,
        'values': [flat[index].item() for index in at],
    }


def write(name, content):
    """Writes a fixture of the tests."""
    with open(os.path.join(os.path.dirname(__file__), '..', 'test', 'fixtures', name), 'w') as file:
        json.dump(content, file)
        file.write('\n')


def write_models(fixture, about, networks):
    """Runs networks on formula-made images and writes what their layers give. `networks`: name, image's shape, network with `shapes` and `layers`."""
    models = {}
    for name, shape, network in networks:
        image = torch.from_numpy((4 * uniform('image', int(np.prod(shape))) - 2).astype(np.float32)).reshape(shape)
        with torch.no_grad():
            layers = network.layers(image)
        models[name] = {
            'image': shape,
            'weights': network.shapes,
            'layers': {layer: summary(layer, output, 8) for layer, output in layers.items()},
        }
    write(fixture, {'about': about, 'torch': torch.__version__, 'models': models})
