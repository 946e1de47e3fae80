"""Writes test/fixtures/dinomaly.json: reconstructions, gradients and four steps of Dinomaly on tiny features, as PyTorch makes them.

Run with Debian's Python, which has PyTorch 1.13: /usr/bin/python3 tools/make-dinomaly-golden.py
Written from the papers (Guo et al. 2024 and 2025) and with the structure of their code. Weights, features and masks are a formula of their names.
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from golden_numbers import summary, uniform, values, write
from golden_optimizers import StableAdamW

ROWS, COLUMNS, BATCH = 4, 5, 3
PLACES = ROWS * COLUMNS
RATE, DAMPING, LONGEST = 0.25, 0.1, 0.1
# Of the distance that still counts, of all places of the batch: half of them are easy, none, nearly all.
RANKS = [29, 59, 9, 5]


def tensor(drawn, shape):
    return torch.from_numpy(drawn.astype(np.float32)).reshape(shape)


class Block(nn.Module):
    def __init__(self, width, heads, hidden, kind):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-8), nn.LayerNorm(width, 1e-8)
        self.attn = nn.ModuleDict({'qkv': nn.Linear(width, 3 * width), 'proj': nn.Linear(width, width)})
        self.mlp = nn.ModuleDict({'fc1': nn.Linear(width, hidden), 'fc2': nn.Linear(hidden, width)})
        self.heads, self.kind = heads, kind

    def forward(self, x):
        n, tokens, width = x.shape
        qkv = self.attn['qkv'](self.norm1(x)).reshape(n, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        q, k, v = qkv
        if self.kind == 'linear':
            q, k = F.elu(q) + 1, F.elu(k) + 1
            mixed = torch.einsum('nhsd,nhsv->nhdv', k, v)
            share = 1 / torch.einsum('nhsd,nhd->nhs', q, k.sum(2))
            mixed = torch.einsum('nhdv,nhsd,nhs->nhsv', mixed, q, share)
        else:
            mixed = (q @ k.transpose(-2, -1) * (width // self.heads) ** -0.5).softmax(-1) @ v
        x = x + self.attn['proj'](mixed.transpose(1, 2).reshape(n, tokens, width))
        return x + self.mlp['fc2'](F.gelu(self.mlp['fc1'](self.norm2(x))))


class Decoder(nn.Module):
    """Bottleneck and decoder; linear layers there and back where the width is another than the features'."""

    def __init__(self, inputs, groups, width, heads, hidden, layers, kind, narrow=None):
        super().__init__()
        if narrow:
            self.bottleneck = nn.ModuleList([
                nn.ModuleDict({'0': nn.Linear(inputs, narrow)}),
                nn.ModuleDict({'0': nn.Linear(narrow, hidden), '3': nn.Linear(hidden, width)}),
            ])
        else:
            if inputs != width:
                self.embed = nn.Linear(inputs, width)
            self.bottleneck = nn.ModuleList([nn.ModuleDict({'fc1': nn.Linear(width, hidden), 'fc2': nn.Linear(hidden, width)})])
        self.narrow = narrow
        self.decoder = nn.ModuleList([Block(width, heads, hidden, kind) for _ in range(layers)])
        self.heads = nn.ModuleDict({str(at): nn.Linear(width, each) for at, each in enumerate(groups) if each != width})
        self.groups = groups

    def forward(self, x, drop):
        if self.narrow:
            x = self.bottleneck[0]['0'](x)
        elif hasattr(self, 'embed'):
            x = self.embed(x)
        x = drop('in', x)
        first, second = self.bottleneck[-1].values()
        x = drop('inner', F.gelu(first(x)))
        x = drop('out', second(x))
        outputs = []
        for block in self.decoder:
            x = block(x)
            outputs.append(x)
        outputs = outputs[::-1]
        each = len(outputs) // len(self.groups)
        made = []
        for at in range(len(self.groups)):
            mean = torch.stack(outputs[at * each:(at + 1) * each], 1).mean(1)
            made.append(self.heads[str(at)](mean) if str(at) in self.heads else mean)
        return made


def levels_of(step, groups, classes):
    """Tokens of each group, and a class token of each, as they are stored in half precision, [channels, places] of each image."""
    def stored(name, channels, places):
        drawn = (2 * uniform(name, BATCH * channels * places) - 0.8).astype(np.float16)
        return tensor(drawn, (BATCH, channels, places)).transpose(1, 2)

    maps = [stored(f'maps {step} {at}', channels, PLACES) for at, channels in enumerate(groups)]
    return maps, [stored(f'class {step} {at}', channels, 1) for at, channels in enumerate(groups)] if classes else None


def masks_of(step, width, hidden, narrow=None, **_):
    sizes = {'in': narrow or width, 'inner': hidden, 'out': width}

    def drop(name, x):
        kept = tensor(uniform(f'{name} {step}', BATCH * PLACES * sizes[name]) >= RATE, x.shape)
        return x * kept / (1 - RATE)

    return drop


def loss_of(targets, made, rank):
    losses = []
    for a, b in zip(targets, made):
        distances = 1 - F.cosine_similarity(a, b.detach(), 2)
        threshold = distances.flatten().sort(descending=True)[0][rank]
        shares = torch.where(distances < threshold, DAMPING, 1.0).unsqueeze(2)
        b.register_hook(lambda slope, shares=shares: slope * shares)
        losses.append((1 - F.cosine_similarity(a.flatten(1), b.flatten(1), 1)).mean())
    return losses


def case(groups, layers_of, network, size, recentre, classes):
    same = len(set(groups)) == 1
    inputs = groups[0] if same else sum(groups)
    made = Decoder(inputs, groups, **network)
    shapes = {key: list(value.shape) for key, value in made.state_dict().items()}
    made.load_state_dict({key: values(key, shape) for key, shape in shapes.items()})

    def run(step, drop):
        maps, tokens = levels_of(step, groups, classes)
        given = sum(part * each for part, each in zip(layers_of, maps)) / sum(layers_of) if same else torch.cat(maps, 2)
        targets = maps
        if recentre:
            centres = tokens or [each.mean(1, keepdim=True) for each in maps]
            targets = [F.layer_norm(a - b, a.shape[-1:], eps=1e-8) for a, b in zip(maps, centres)]
        return targets, made(given / size, drop)

    named = dict(made.named_parameters())
    slow = [value for key, value in named.items() if key.startswith('bottleneck.0.0.')]
    rest = [value for key, value in named.items() if not key.startswith('bottleneck.0.0.')]
    groups_of = [{'params': slow, 'lr': 0.0005}] if slow else []
    optimizer = StableAdamW([*groups_of, {'params': rest}], lr=0.005, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, amsgrad=not slow)
    losses, slopes, first = [], {}, None
    for step, rank in enumerate(RANKS):
        targets, outputs = run(step, masks_of(step, **network))
        if step == 0:
            first = [summary(f'made {at}', each.detach().transpose(1, 2), 8) for at, each in enumerate(outputs)]
        each = loss_of(targets, outputs, rank)
        total = sum(each) / len(each)
        losses.append([loss.item() for loss in each] + [total.item()])
        optimizer.zero_grad()
        total.backward()
        if step == 0:
            slopes = {key: summary(key, named[key].grad, 3) for key in named}
        nn.utils.clip_grad_norm_(made.parameters(), LONGEST)
        optimizer.step()
    with torch.no_grad():
        targets, outputs = run(len(RANKS), lambda name, x: x)
        distances = sum(1 - F.cosine_similarity(a, b, 2) for a, b in zip(targets, outputs)) / len(targets)
    return {
        'weights': shapes,
        'made': first,
        'slopes': slopes,
        'losses': losses,
        'final': {key: summary(key, value, 3) for key, value in made.state_dict().items()},
        'distances': summary('distances', distances, 8),
    }


def main():
    published = {'width': 12, 'heads': 2, 'hidden': 20, 'layers': 4, 'kind': 'linear'}
    narrow = {'width': 8, 'heads': 2, 'hidden': 16, 'layers': 2, 'kind': 'softmax'}
    write('dinomaly.json', {
        'about': 'Four steps of Dinomaly on formula-made features, by tools/make-dinomaly-golden.py',
        'torch': torch.__version__,
        'grid': {'rows': ROWS, 'columns': COLUMNS},
        'batch': BATCH,
        'rate': RATE,
        'damping': DAMPING,
        'ranks': RANKS,
        'cases': {
            'paper': case([12, 12], [4, 4], published, 1, False, False),
            'recentred by class tokens': case([12, 12], [2, 3], published, 1, True, True),
            'Dinomaly2': case([12, 12], [2, 2], {**published, 'narrow': 5}, 1, True, True),
            'narrow, recentred by means': case([6, 10], [1, 1], narrow, 1.7, True, False),
        },
    })


main()
