"""Writes test/fixtures/draem.json: SSIM, the focal loss, and four steps of DRAEM's two networks on tiny images, as PyTorch makes them.

Run with Debian's Python, which has PyTorch 1.13: /usr/bin/python3 tools/make-draem-golden.py
Written from the paper (Zavrtanik et al. 2021) and with the structure of its code. Weights and images are a formula of their names.
In double precision, so that it is not rounding on this side that a test sees.
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from golden_numbers import summary, uniform, values, write

HEIGHT, WIDTH, BATCH, STEPS = 64, 32, 4, 4
RECONSTRUCTIVE, DISCRIMINATIVE = 3, 2
GAMMA, SMOOTH = 2, 1e-5


class Layer(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))


class Up(nn.Module):
    def __init__(self, inputs, beside, enlarged, first, second):
        super().__init__()
        self.enlarged = Layer(inputs, enlarged)
        self.add_module('0', Layer(enlarged + beside, first))
        self.add_module('1', Layer(first, second))

    def forward(self, x, kept):
        x = self.enlarged(F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=False))
        if kept is not None:
            x = torch.cat([x, kept], 1)
        return getattr(self, '1')(getattr(self, '0')(x))


class Network(nn.Module):
    def __init__(self, inputs, outputs, width, down, up, connected):
        super().__init__()
        before = [inputs] + [width * each for each in down[:-1]]
        self.down = nn.ModuleList(nn.Sequential(Layer(a, width * b), Layer(width * b, width * b)) for a, b in zip(before, down))
        before = [down[-1]] + [each[2] for each in up[:-1]]
        beside = down[-2::-1] if connected else [0] * len(up)
        self.up = nn.ModuleList(
            Up(a * width, b * width, *(each * width for each in layers)) for a, b, layers in zip(before, beside, up)
        )
        self.last = nn.Conv2d(width * up[-1][2], outputs, 3, 1, 1)
        self.connected = connected

    def forward(self, x):
        kept = []
        for at, stage in enumerate(self.down):
            x = stage(F.max_pool2d(x, 2) if at else x)
            kept.append(x)
        for at, stage in enumerate(self.up):
            x = stage(x, kept[-2 - at] if self.connected else None)
        return self.last(x)


def networks():
    return nn.ModuleDict({
        'reconstructive': Network(3, 3, RECONSTRUCTIVE, [1, 2, 4, 8, 8], [(8, 8, 4), (4, 4, 2), (2, 2, 1), (1, 1, 1)], False),
        'discriminative': Network(6, 2, DISCRIMINATIVE, [1, 2, 4, 8, 8, 8], [(8, 8, 8), (4, 4, 4), (2, 2, 2), (1, 1, 1), (1, 1, 1)], True),
    })


def ssim(a, b):
    line = torch.tensor([np.exp(-(x - 5) ** 2 / (2 * 1.5 ** 2)) for x in range(11)], dtype=a.dtype)
    line = line / line.sum()
    channels = a.shape[1]
    window = torch.outer(line, line).expand(channels, 1, 11, 11)

    def average(x):
        return F.conv2d(x, window, padding=5, groups=channels)

    ma, mb = average(a), average(b)
    va, vb, cov = average(a * a) - ma ** 2, average(b * b) - mb ** 2, average(a * b) - ma * mb
    c1, c2 = 0.01 ** 2, 0.03 ** 2
    return ((2 * ma * mb + c1) * (2 * cov + c2) / ((ma ** 2 + mb ** 2 + c1) * (va + vb + c2))).mean()


def focal(shares, mask):
    """`shares` [N, 2, H, W] of a softmax, `mask` [N, H, W] with 1 where the second class is true."""
    flat = shares.permute(0, 2, 3, 1).reshape(-1, 2)
    labels = F.one_hot(mask.long().flatten(), 2).to(shares.dtype).clamp(SMOOTH, 1 - SMOOTH)
    truth = (labels * flat).sum(1) + SMOOTH
    return (-(1 - truth) ** GAMMA * truth.log()).mean()


def bytes_of(name, *shape):
    return (256 * uniform(name, int(np.prod(shape)))).astype(np.uint8).reshape(shape)


def images_of(step):
    """Good images in 8 x 8 blocks of one colour, so that there is something to give back, and noise drawn where the mask is."""
    blocks = bytes_of(f'good {step}', BATCH, HEIGHT // 8, WIDTH // 8, 3)
    good = blocks.repeat(8, 1).repeat(8, 2)
    mask = (uniform(f'mask {step}', BATCH * (HEIGHT // 4) * (WIDTH // 4)) < 0.25).astype(np.uint8)
    mask = mask.reshape(BATCH, HEIGHT // 4, WIDTH // 4).repeat(4, 1).repeat(4, 2)
    noise = bytes_of(f'noise {step}', BATCH, HEIGHT, WIDTH, 3)
    drawn = np.where(mask[..., None] == 1, noise, good)
    return good, drawn, mask


def planes(pixels):
    return torch.from_numpy(pixels.astype(np.float64)).permute(0, 3, 1, 2) / 255


def formulas():
    shape = (2, 3, 24, 17)
    a = torch.from_numpy(uniform('a', 2 * 3 * 24 * 17).astype(np.float32)).reshape(shape).requires_grad_()
    b = (a.detach() * 0.7 + 0.3 * torch.from_numpy(uniform('b', 2 * 3 * 24 * 17).astype(np.float32)).reshape(shape))
    alike = ssim(a, b)
    alike.backward()
    logits = torch.from_numpy((12 * uniform('logits', 2 * 2 * 9 * 7) - 6).astype(np.float32)).reshape(2, 2, 9, 7).requires_grad_()
    mask = torch.from_numpy((uniform('truth', 2 * 9 * 7) < 0.3).astype(np.float32)).reshape(2, 9, 7)
    loss = focal(logits.softmax(1), mask)
    loss.backward()
    return {
        'ssim': {'value': alike.item(), 'slope': summary('ssim slope', a.grad, 12)},
        'focal': {'value': loss.item(), 'slope': summary('focal slope', logits.grad[:, 1], 12)},
    }


def first(key, shape):
    """Batch norm lifts its maps, so that few places are silent: what is silent all over has a variance of rounding alone, and its gradient has no digits to compare."""
    drawn = values(key, shape)
    return drawn.abs() + 1 if key.endswith('bn.bias') else drawn


def trajectory():
    made = networks().double()
    shapes = {key: list(value.shape) for key, value in made.state_dict().items() if 'num_batches' not in key}
    made.load_state_dict({key: first(key, each) for key, each in shapes.items()}, strict=False)
    optimizer = torch.optim.Adam(made.parameters(), lr=0.001)
    made.train()
    losses, slopes = [], {}
    for step in range(STEPS):
        good, drawn, mask = images_of(step)
        photographs = planes(drawn)
        back = made['reconstructive'](photographs)
        shares = made['discriminative'](torch.cat([back, photographs], 1)).softmax(1)
        l2 = F.mse_loss(back, planes(good))
        alike = 1 - ssim(back, planes(good))
        found = focal(shares, torch.from_numpy(mask))
        total = l2 + alike + found
        losses.append([each.item() for each in (l2, alike, found, total)])
        optimizer.zero_grad()
        total.backward()
        if step == 0:
            slopes = {key: summary(key, each.grad, 3) for key, each in made.named_parameters()}
        optimizer.step()
    made.eval()
    with torch.no_grad():
        photographs = planes(images_of(STEPS)[1])
        back = made['reconstructive'](photographs)
        shares = made['discriminative'](torch.cat([back, photographs], 1)).softmax(1)
        score = F.avg_pool2d(shares[:, 1:], 21, 1, 10).flatten(1).max(1)[0]
    return {
        'weights': shapes,
        'slopes': slopes,
        'losses': losses,
        'final': {k: summary(k, v, 3) for k, v in made.state_dict().items() if 'num_batches' not in k},
        'map': summary('map', shares[:, 1], 24),
        'score': score.tolist(),
    }


def main():
    write('draem.json', {
        'about': 'SSIM, the focal loss and four steps of DRAEM on formula-made images, by tools/make-draem-golden.py',
        'torch': torch.__version__,
        'size': {'height': HEIGHT, 'width': WIDTH},
        'batch': BATCH,
        'widths': {'reconstructive': RECONSTRUCTIVE, 'discriminative': DISCRIMINATIVE},
        'gamma': GAMMA,
        **formulas(),
        'steps': trajectory(),
    })


main()
