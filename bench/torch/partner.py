"""The same work written in PyTorch, as somebody who knows it would write it; asked for in lines of JSON (partner.mjs).

products   bare matrix products of given shapes
step       one training step of CLAD: fusion, ascent, both networks, losses, AdamW
patchcore  ResNet-50 to its third stage, patch features of 1792 values, search of a bank
rd, uniad, dinomaly, cflow  a training step of each (rivals.py)
"""
import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

import rivals

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)
clock = time.process_time if sys.argv[2] == "processor" else time.perf_counter


def blas():
    with open("/proc/self/maps") as maps:
        mapped = maps.read()
    for name, said in (("mkl_core", "MKL"), ("openblas", "OpenBLAS"), ("blis", "BLIS"), ("atlas", "ATLAS")):
        if name in mapped:
            return said
    return "the reference BLAS" if "libblas" in mapped else "its own"


def products(shapes):
    """[rows, inner, columns] each."""
    pairs = [(torch.randn(m, k), torch.randn(k, n)) for m, k, n in shapes]

    def run():
        for a, b in pairs:
            torch.mm(a, b)

    return run


def perceptron(sizes, last_bias):
    layers = []
    for number, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        last = number == len(sizes) - 2
        layers.append(nn.Linear(inputs, outputs, bias=last_bias or not last))
        if not last:
            layers += [nn.BatchNorm1d(outputs), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers)


def step(width, adaptor, discriminator, classes, normal, local, globals_, losses, stage, ascent):
    first = perceptron([width, *adaptor], True)
    second = perceptron([adaptor[-1], *discriminator, classes + 2], False)
    both = nn.Sequential(first, second)
    optimiser = torch.optim.AdamW(both.parameters(), lr=2e-4, weight_decay=0.01)
    rows = torch.randn(normal, width).half()
    labels = torch.randint(classes, (normal,))
    labels = torch.cat([labels, torch.full((local + globals_,), classes)])
    anomalous = (labels == classes).float()
    made, own = torch.randn(local, width).half(), torch.randn(local, width).half()
    beta = torch.full((local, 1), 0.5)
    drawn = torch.randn(globals_, width)
    deviation = torch.full((width,), 0.1)
    length = deviation.norm()

    def moved(x):
        """Eq. 5-7, against the networks as they would be used now."""
        both.eval()
        noise = drawn * deviation
        for _ in range(ascent["steps"]):
            at = (x + noise).requires_grad_()
            loss = F.softplus(-both(at)[:, -1]).sum()
            (slope,) = torch.autograd.grad(loss, at)
            noise = noise + ascent["stepLength"] * length * F.normalize(slope, dim=1)
        size = noise.norm(dim=1, keepdim=True)
        noise = noise * (size / length).clamp(ascent["innerRadius"], ascent["outerRadius"]) * length / size
        both.train()
        return (x + noise).detach()

    def contrast(z):
        z = z - z.mean(0, keepdim=True)
        norms = z.square().sum(1)
        squares = (norms[:, None] + norms[None, :] - 2 * z @ z.T).clamp(min=0)
        distance = (squares + losses["epsilon"]).sqrt()
        pair = torch.where(labels[:, None] == labels[None, :], distance, (losses["margin"] - distance).clamp(min=0))
        base = 1 - torch.exp(-pair) + losses["epsilon"]
        weighted = losses["alpha"] * base.pow(losses["gamma"]) * pair
        weighted = weighted.masked_fill(torch.eye(len(z), dtype=torch.bool), 0)
        return weighted.sum() / len(z) ** 2

    def variance(z):
        membership = F.one_hot(labels, classes + 1).float()
        members = membership.sum(0).clamp(min=1)[:, None]
        centres = membership.T @ z / members
        squared = (z - centres[labels]).square().sum(1, keepdim=True)
        return (membership.T @ squared / members).mean()

    def run():
        x = rows.float()
        fused = (1 - beta) * made.float() + beta * own.float()
        batch = torch.cat([x, fused, moved(x[:globals_])])
        z = first(batch)
        out = second(z)
        score = out[:, -1]
        loss = F.cross_entropy(out[:, :-1], labels)
        if losses["scoreLoss"] == "bce":
            loss = loss + F.binary_cross_entropy_with_logits(score, anomalous)
        else:
            wanted = torch.where(anomalous > 0, losses["delta"] - score, score + losses["delta"])
            loss = loss + wanted.clamp(min=0).mean()
        if stage == 1:
            loss = loss + contrast(z) + variance(z)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return run


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.one = nn.Sequential(nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width))
        self.two = nn.Sequential(nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width))
        self.three = nn.Sequential(nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width))
        same = stride == 1 and inputs == 4 * width
        self.beside = (
            nn.Identity()
            if same
            else nn.Sequential(nn.Conv2d(inputs, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width))
        )

    def forward(self, x):
        y = F.relu(self.one(x))
        y = F.relu(self.two(y))
        return F.relu(self.three(y) + self.beside(x))


def patchcore(batch, size, entries, neighbours):
    """Weights and bank are drawn: what it takes does not depend on them."""
    stem = nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
    )
    stages = []
    for inputs, width, blocks, stride in ((64, 64, 3, 1), (256, 128, 4, 2), (512, 256, 6, 2)):
        first = Bottleneck(inputs, width, stride)
        stages.append(nn.Sequential(first, *[Bottleneck(4 * width, width, 1) for _ in range(blocks - 1)]))
    network = nn.ModuleList([stem, *stages]).eval()
    image = torch.randn(batch, 3, size, size)
    bank = torch.randn(entries, 1792)
    lengths = bank.square().sum(1)

    def run():
        with torch.inference_mode():
            levels = []
            x = network[0](image)
            for stage in network[1:]:
                x = stage(x)
                levels.append(F.avg_pool2d(x, 3, 1, 1))
            side = levels[1].shape[-2:]
            levels[0] = F.avg_pool2d(levels[0], 2)
            levels[2] = F.interpolate(levels[2], size=side, mode="bilinear", align_corners=False)
            rows = torch.cat(levels, 1).permute(0, 2, 3, 1).reshape(-1, 1792)
            squares = torch.addmm(lengths, rows, bank.T, alpha=-2)
            nearest = squares.topk(neighbours, dim=1, largest=False).values
            scores = (nearest + rows.square().sum(1, keepdim=True)).clamp(min=0).sqrt()
            maps = scores[:, 0].reshape(batch, 1, *side)
            F.interpolate(maps, size=(size, size), mode="bilinear", align_corners=False).amax((1, 2, 3))

    return run


makers = {"products": products, "step": step, "patchcore": patchcore, **rivals.makers}
made = {}
torch.mm(torch.randn(8, 8), torch.randn(8, 8))
print(json.dumps({"version": torch.__version__, "blas": blas()}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    started = clock()
    try:
        if asked.get("clear"):
            made.clear()
        elif "make" in asked:
            made[asked["id"]] = makers[asked["make"]](**asked["options"])
        else:
            made[asked["id"]]()
        print(json.dumps({"ms": 1000 * (clock() - started)}), flush=True)
    except Exception as error:
        print(json.dumps({"error": str(error)}), flush=True)
