"""Writes test/fixtures/uniad.json: reconstructions, gradients and four steps of UniAD on tiny features, as PyTorch makes them.

Run with Debian's Python, which has PyTorch 1.13: /usr/bin/python3 tools/make-uniad-golden.py
Written from the paper (You et al. 2022) and with the structure of its code. Weights, features and noise are a formula of their names.
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from golden_numbers import summary, uniform, values, write

CHANNELS, ROWS, COLUMNS = 10, 5, 4
WIDTH, HEADS, HIDDEN = 8, 2, 12
BATCH, STEPS = 3, 4
SCALE, LONGEST = 20, 0.1


class Perceptron(nn.Module):
    """What both kinds of layers have behind their attentions."""

    def __init__(self, norms):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)
        for at in range(norms):
            setattr(self, f'norm{at + 1}', nn.LayerNorm(WIDTH))

    def inner(self, x):
        return self.linear2(torch.relu(self.linear1(x)))


def attention():
    return nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)


class EncoderLayer(Perceptron):
    def __init__(self):
        super().__init__(2)
        self.self_attn = attention()

    def forward(self, x, position, mask):
        x = self.norm1(x + self.self_attn(x + position, x + position, x, attn_mask=mask)[0])
        return self.norm2(x + self.inner(x))


class DecoderLayer(Perceptron):
    def __init__(self):
        super().__init__(3)
        self.learned_embed = nn.Embedding(ROWS * COLUMNS, WIDTH)
        self.self_attn, self.multihead_attn = attention(), attention()

    def forward(self, before, encoded, position, mask):
        query = self.learned_embed.weight.expand(len(encoded), -1, -1)
        asked = self.self_attn(query + position, encoded + position, encoded, attn_mask=mask)[0]
        x = self.norm1(query + asked)
        x = self.norm2(x + self.multihead_attn(x + position, before + position, before, attn_mask=mask)[0])
        return self.norm3(x + self.inner(x))


class Reconstructor(nn.Module):
    def __init__(self, encoder, decoder, neighbours):
        super().__init__()
        self.pos_embed = nn.ModuleDict(
            {'row_embed': nn.Embedding(ROWS, WIDTH // 2), 'col_embed': nn.Embedding(COLUMNS, WIDTH // 2)}
        )
        self.input_proj, self.output_proj = nn.Linear(CHANNELS, WIDTH), nn.Linear(WIDTH, CHANNELS)
        layers = {'encoder': [EncoderLayer() for _ in range(encoder)], 'decoder': [DecoderLayer() for _ in range(decoder)]}
        self.transformer = nn.ModuleDict({k: nn.ModuleDict({'layers': nn.ModuleList(v)}) for k, v in layers.items()})
        self.transformer['decoder']['norm'] = nn.LayerNorm(WIDTH)
        self.mask = None
        if neighbours:
            rows, columns = torch.meshgrid(torch.arange(ROWS), torch.arange(COLUMNS), indexing='ij')
            places = torch.stack([rows.flatten(), columns.flatten()], 1)
            apart = (places[:, None] - places[None]).abs().amax(2)
            self.mask = torch.zeros(apart.shape).masked_fill(apart <= neighbours // 2, float('-inf'))

    def forward(self, tokens):
        row, column = self.pos_embed['row_embed'].weight, self.pos_embed['col_embed'].weight
        position = torch.cat([column.repeat(ROWS, 1), row.repeat_interleave(COLUMNS, 0)], 1)
        encoded = self.input_proj(tokens)
        for layer in self.transformer['encoder']['layers']:
            encoded = layer(encoded, position, self.mask)
        decoded = encoded
        for layer in self.transformer['decoder']['layers']:
            decoded = layer(decoded, encoded, position, self.mask)
        return self.output_proj(self.transformer['decoder']['norm'](decoded))


def tokens_of(step):
    """As they are stored: [channels, places] of each image, in half precision."""
    drawn = np.maximum(2 * uniform(f'maps {step}', BATCH * CHANNELS * ROWS * COLUMNS) - 0.8, 0).astype(np.float16)
    return torch.from_numpy(drawn.astype(np.float32)).reshape(BATCH, CHANNELS, ROWS * COLUMNS).transpose(1, 2)


def noise_of(step):
    drawn = 4 * uniform(f'noise {step}', BATCH * ROWS * COLUMNS * CHANNELS) - 2
    return torch.from_numpy(drawn.astype(np.float32)).reshape(BATCH, ROWS * COLUMNS, CHANNELS)


def case(encoder, decoder, neighbours):
    network = Reconstructor(encoder, decoder, neighbours)
    shapes = {key: list(value.shape) for key, value in network.state_dict().items()}
    network.load_state_dict({key: values(key, shape) for key, shape in shapes.items()})
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.005, weight_decay=0.01)
    losses, slopes, first = [], {}, None
    for step in range(STEPS):
        tokens = tokens_of(step)
        jitter = noise_of(step) * tokens.norm(dim=2, keepdim=True) / CHANNELS * SCALE
        made = network(tokens + jitter)
        loss = F.mse_loss(made, tokens)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            first = summary('made', made, 8)
            slopes = {key: summary(key, value.grad, 3) for key, value in network.named_parameters()}
        nn.utils.clip_grad_norm_(network.parameters(), LONGEST)
        optimizer.step()
    with torch.no_grad():
        tokens = tokens_of(STEPS)
        distances = (network(tokens) - tokens).norm(dim=2)
    return {
        'weights': shapes,
        'made': first,
        'slopes': slopes,
        'losses': losses,
        'final': {key: summary(key, value, 3) for key, value in network.state_dict().items()},
        'distances': summary('distances', distances, 8),
    }


def main():
    write('uniad.json', {
        'about': 'Four steps of UniAD on formula-made features, by tools/make-uniad-golden.py',
        'torch': torch.__version__,
        'level': {'channels': CHANNELS, 'rows': ROWS, 'columns': COLUMNS},
        'batch': BATCH,
        'cases': {'masked': case(2, 2, 3), 'open': case(1, 1, 0)},
    })


main()
