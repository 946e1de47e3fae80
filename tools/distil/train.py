"""Step 2 of the distillation: trains the student on the images and targets of step 1.

    python3 tools/distil/train.py WORK --minutes 60

Needs PyTorch and NumPy. The student is a small residual network; batch normalisation is folded into the convolutions at the
end, so what is written is plain convolutions: WORK/student.safetensors, float16, with a record of the training in its
metadata. Every few minutes WORK/state.pt is written, and a training that finds one goes on from it.
"""
import argparse
import json
import os
import struct
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

SIDE = 224
CHUNK = 100
HELD_OUT = 3  # chunks
AXES = {"layer2": (256, 28), "layer3": (384, 14)}
WIDTHS = (32, 48, 128, 224)
BLOCKS = (1, 2, 2)
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1) * 255
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1) * 255


class Unit(nn.Module):
    """3 x 3 convolution and batch normalisation."""

    def __init__(self, before, after, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(after)

    def forward(self, x):
        return self.norm(self.conv(x))


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = Unit(width, width)
        self.second = Unit(width, width)
        nn.init.constant_(self.second.norm.weight, 0.3)

    def forward(self, x):
        return F.relu(x + self.second(F.relu(self.first(x))))


class Student(nn.Module):
    """Four stages, each at half the resolution of the one before; the last two have heads on the teacher's axes."""

    def __init__(self):
        super().__init__()
        stem, *widths = WIDTHS
        self.stem = Unit(3, stem, 2)
        self.down = nn.ModuleList(Unit(a, b, 2) for a, b in zip(WIDTHS, widths))
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(width) for _ in range(count))) for width, count in zip(widths, BLOCKS)
        )
        self.heads = nn.ModuleList(
            nn.Conv2d(width, AXES[name][0], 1) for width, name in zip(widths[1:], AXES)
        )

    def forward(self, x):
        x = F.relu(self.stem(x))
        maps = []
        for down, stage in zip(self.down, self.stages):
            x = stage(F.relu(down(x)))
            maps.append(x)
        return [head(x) for head, x in zip(self.heads, maps[1:])]

    def folded(self):
        """Weights and biases of the plain convolutions, by name."""
        tensors = {}

        def fold(name, unit):
            scale = unit.norm.weight / torch.sqrt(unit.norm.running_var + unit.norm.eps)
            tensors[f"{name}.weight"] = unit.conv.weight * scale.view(-1, 1, 1, 1)
            tensors[f"{name}.bias"] = unit.norm.bias - unit.norm.running_mean * scale

        fold("stem", self.stem)
        for index, (down, stage) in enumerate(zip(self.down, self.stages), 1):
            fold(f"stage{index}.down", down)
            for number, block in enumerate(stage):
                fold(f"stage{index}.block{number}.first", block.first)
                fold(f"stage{index}.block{number}.second", block.second)
        for head, name in zip(self.heads, AXES):
            # A head has more outputs than inputs. Turned to its own singular axes it needs no more outputs than inputs, and
            # all distances between outputs stay what they were.
            turn, stretch, axes = torch.linalg.svd(head.weight.flatten(1), full_matrices=False)
            tensors[f"{name}.weight"] = (stretch[:, None] * axes)[:, :, None, None]
            tensors[f"{name}.bias"] = turn.T @ head.bias
        return {name: tensor.detach().numpy() for name, tensor in tensors.items()}


class Images:
    """The chunks of step 1, mapped into memory; chunks that appear while we train are taken in."""

    def __init__(self, folder):
        self.folder = folder
        self.chunks = []
        self.known = set()
        self.look()

    def look(self):
        shapes = {"images": (np.uint8, (CHUNK, 3, SIDE, SIDE))}
        for name, (axes, side) in AXES.items():
            shapes[name] = (np.float16, (CHUNK, axes, side, side))
        numbers = sorted(int(entry.split(".")[0]) for entry in os.listdir(self.folder) if entry.endswith(".layer3"))
        for number in numbers:
            if number in self.known:
                continue
            self.known.add(number)
            paths = ((kind, os.path.join(self.folder, f"{number}.{kind}")) for kind in shapes)
            self.chunks.append({kind: np.memmap(path, *shapes[kind][:1], "r", shape=shapes[kind][1]) for kind, path in paths})

    def batch(self, places):
        def stack(kind):
            return torch.from_numpy(np.stack([self.chunks[chunk][kind][index] for chunk, index in places]))

        images = (stack("images").float() - MEAN) / STD
        return images, [stack(name).float() for name in AXES]


def losses(outputs, targets):
    """Mean squared error of each layer, as a share of the targets' mean square (their means are about 0)."""
    return [F.mse_loss(y, t) / t.square().mean() for y, t in zip(outputs, targets)]


def held_out(model, data):
    model.eval()
    sums = np.zeros(len(AXES))
    with torch.no_grad():
        for chunk in range(HELD_OUT):
            for start in range(0, CHUNK, 25):
                x, t = data.batch([(chunk, index) for index in range(start, start + 25)])
                sums += [loss.item() for loss in losses(model(x), t)]
    model.train()
    return (sums / (HELD_OUT * CHUNK / 25)).tolist()


def write_safetensors(path, tensors, metadata):
    header, offset, parts = {"__metadata__": metadata}, 0, []
    for name, tensor in sorted(tensors.items()):
        raw = np.ascontiguousarray(tensor.astype("<f2")).tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
        offset += len(raw)
        parts.append(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".partial", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
    os.replace(path + ".partial", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("work")
    parser.add_argument("--minutes", type=float, default=60, help="time to train; the learning rate falls to 0 over it")
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    random = np.random.default_rng(options.seed)
    data = Images(options.work)
    model = Student().to(memory_format=torch.channels_last)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} million weights, {len(data.chunks) * CHUNK} images")
    optimizer = torch.optim.AdamW(model.parameters(), options.rate, weight_decay=0.02)
    state_path = os.path.join(options.work, "state.pt")
    step, spent, log = 0, 0.0, []
    if os.path.exists(state_path):
        state = torch.load(state_path)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent, log = state["step"], state["spent"], state["log"]
        random = np.random.default_rng(options.seed + step)
    smooth = None
    pool = []
    budget = options.minutes * 60
    started = saved = tick = time.time()
    while (elapsed := spent + time.time() - started) < budget:
        share = elapsed / budget
        rate = options.rate * min(1, (step + 1) / 200) * 0.5 * (1 + np.cos(np.pi * share))
        for group in optimizer.param_groups:
            group["lr"] = rate
        if len(pool) < options.batch:
            data.look()
            pool = [(c, i) for c in range(HELD_OUT, len(data.chunks)) for i in range(CHUNK)]
            random.shuffle(pool)
        x, t = data.batch([pool.pop() for _ in range(options.batch)])
        parts = losses(model(x.contiguous(memory_format=torch.channels_last)), t)
        loss = sum(parts)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        values = np.array([part.item() for part in parts])
        smooth = values if smooth is None else 0.98 * smooth + 0.02 * values
        if step % 50 == 0:
            speed, tick = 50 * options.batch / (time.time() - tick), time.time()
            print(f"{elapsed / 60:5.1f} min, step {step}, unexplained {smooth.round(3)}, {speed:.0f} images/s", flush=True)
        if time.time() - saved > 300:
            saved = time.time()
            log.append([step, held_out(model, data)])
            print(f"held out: {np.round(log[-1][1], 4)}", flush=True)
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step,
                     "spent": elapsed, "log": log}
            torch.save(state, state_path + ".partial")
            os.replace(state_path + ".partial", state_path)
            write(model, options, data, step, log)
    log.append([step, held_out(model, data)])
    write(model, options, data, step, log)
    print(f"held out at the end: {np.round(log[-1][1], 4)}")


def write(model, options, data, step, log):
    with open(os.path.join(options.work, "about.json")) as file:
        about = json.load(file)
    metadata = {
        "licence": "Apache-2.0",
        "teacher": about["teacher"],
        "data": about["images"],
        "seed": str(options.seed),
        "batch": str(options.batch),
        "rate": str(options.rate),
        "steps": str(step),
        "images": str(len(data.chunks) * CHUNK),
        "held_out_unexplained": json.dumps(log[-1][1]),
    }
    write_safetensors(os.path.join(options.work, "student.safetensors"), model.folded(), metadata)


if __name__ == "__main__":
    main()
