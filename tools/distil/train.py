"""Step 2 of the distillation: trains the student on the images and targets of step 1.

    python3 tools/distil/train.py WORK --minutes 60 --processes 2 --from assets/builtin-backbone.safetensors

Needs PyTorch and NumPy. The student is a small residual network; batch normalisation is folded into the convolutions at the
end, so what is written is plain convolutions: WORK/student.safetensors, float16, with a record of the training in its
metadata. Every few minutes WORK/state.pt is written, and a training that finds one goes on from it.

With `--from` the student starts from weights of an earlier training, whatever its teachers were: they are spread over
convolution and normalisation again, and the heads are fitted to the new targets by least squares.
What is written is the mean of the weights over the last steps, weighted by 0.995 a step.
`--minutes 0` trains nothing and writes WORK/state.pt's student, say with another `--share`.
"""
import argparse
import json
import os
import struct
import time

import numpy as np
import torch
from torch import distributed, multiprocessing, nn
from torch.nn import functional as F

SIDE = 224
CHUNK = 100
HELD_OUT = 3  # chunks
WIDTHS = (32, 48, 128, 224)
BLOCKS = (1, 2, 2)
LAYERS = {8: "layer2", 16: "layer3"}  # what the file calls the heads of a stride
DECAY = 0.995  # of the mean of weights, a step
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1) * 255
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1) * 255


class Unit(nn.Module):
    """3 x 3 convolution and batch normalisation."""

    def __init__(self, before, after, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(after)
        self.plain = None

    def forward(self, x):
        if self.plain:
            return self.spread(x)
        return self.norm(self.conv(x))

    def spread(self, x):
        """Takes weights without normalisation, and sets the normalisation so that it changes nothing on these images."""
        weight, bias = self.plain
        self.plain = None
        # As long as weights are before training: the steps of a training are made for that.
        length = weight.flatten(1).square().mean(1).sqrt().clamp(min=1e-8)
        scale = (1 / (3 * weight[0].numel())) ** 0.5 / length
        self.conv.weight.copy_(weight * scale.view(-1, 1, 1, 1))
        y = self.conv(x)
        mean, variance = y.mean((0, 2, 3)), y.var((0, 2, 3))
        self.norm.running_mean.copy_(mean)
        self.norm.running_var.copy_(variance)
        self.norm.weight.copy_(torch.sqrt(variance + self.norm.eps) / scale)
        self.norm.bias.copy_(bias + mean / scale)
        return y / scale.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = Unit(width, width)
        self.second = Unit(width, width)
        nn.init.constant_(self.second.norm.weight, 0.3)

    def forward(self, x):
        return F.relu(x + self.second(F.relu(self.first(x))))


class Student(nn.Module):
    """Four stages, each at half the resolution of the one before; the last two have a head for each target of their stride."""

    def __init__(self, targets):
        super().__init__()
        self.targets = targets
        stem, *widths = WIDTHS
        self.stem = Unit(3, stem, 2)
        self.down = nn.ModuleList(Unit(a, b, 2) for a, b in zip(WIDTHS, widths))
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(width) for _ in range(count))) for width, count in zip(widths, BLOCKS)
        )
        width_of = dict(zip(LAYERS, widths[1:]))
        self.heads = nn.ModuleList(nn.Conv2d(width_of[t["stride"]], t["axes"], 1) for t in targets)

    def maps(self, x):
        """By stride, what the heads look at."""
        x = F.relu(self.stem(x))
        maps = []
        for down, stage in zip(self.down, self.stages):
            x = stage(F.relu(down(x)))
            maps.append(x)
        return dict(zip(LAYERS, maps[1:]))

    def forward(self, x):
        maps = self.maps(x)
        return [head(maps[target["stride"]]) for head, target in zip(self.heads, self.targets)]

    def units(self):
        """Convolutions with normalisation, by the name they have in the file."""
        yield "stem", self.stem
        for index, (down, stage) in enumerate(zip(self.down, self.stages), 1):
            yield f"stage{index}.down", down
            for number, block in enumerate(stage):
                yield f"stage{index}.block{number}.first", block.first
                yield f"stage{index}.block{number}.second", block.second

    def folded(self, factors):
        """Weights and biases of the plain convolutions, by name; `factors` are the targets' in the distances of the outputs."""
        tensors = {}
        for name, unit in self.units():
            scale = unit.norm.weight / torch.sqrt(unit.norm.running_var + unit.norm.eps)
            tensors[f"{name}.weight"] = unit.conv.weight * scale.view(-1, 1, 1, 1)
            tensors[f"{name}.bias"] = unit.norm.bias - unit.norm.running_mean * scale
        for stride, name in LAYERS.items():
            own = [index for index, target in enumerate(self.targets) if target["stride"] == stride]
            weight = torch.cat([self.heads[index].weight.flatten(1) * factors[index] for index in own])
            bias = torch.cat([self.heads[index].bias * factors[index] for index in own])
            # Heads have more outputs than inputs. Turned to their own singular axes they need no more outputs than inputs, and
            # all distances between outputs stay what they were.
            turn, stretch, axes = torch.linalg.svd(weight, full_matrices=False)
            tensors[f"{name}.weight"] = (stretch[:, None] * axes)[:, :, None, None]
            tensors[f"{name}.bias"] = turn.T @ bias
        return {name: tensor.detach().numpy() for name, tensor in tensors.items()}


class Images:
    """The chunks of step 1, mapped into memory; chunks that appear while we train are taken in."""

    def __init__(self, folder, targets, rank, ranks):
        self.folder = folder
        self.shapes = {"images": (np.uint8, (CHUNK, 3, SIDE, SIDE))}
        for target in targets:
            self.shapes[target["name"]] = (np.float16, (CHUNK, target["axes"], target["side"], target["side"]))
        self.rank, self.ranks = rank, ranks
        self.chunks = {}
        self.look()

    def look(self):
        for entry in os.listdir(self.folder):
            number, _, kind = entry.partition(".")
            if kind == "images" and int(number) not in self.chunks:
                self.chunks[int(number)] = {
                    name: np.memmap(os.path.join(self.folder, f"{number}.{name}"), dtype, "r", shape=shape)
                    for name, (dtype, shape) in self.shapes.items()
                }

    def places(self):
        """What this process trains on."""
        numbers = [number for number in sorted(self.chunks) if number >= HELD_OUT]
        return [(number, index) for number in numbers[self.rank :: self.ranks] for index in range(CHUNK)]

    def batch(self, places):
        def stack(kind):
            return torch.from_numpy(np.stack([self.chunks[chunk][kind][index] for chunk, index in places]))

        images = ((stack("images").float() - MEAN) / STD).contiguous(memory_format=torch.channels_last)
        return images, [stack(name).float() for name in self.shapes if name != "images"]


def losses(outputs, targets):
    """Mean squared error of each target, as a share of its mean square (its mean is about 0)."""
    return [F.mse_loss(y.float(), t) / t.square().mean() for y, t in zip(outputs, targets)]


def held_out(model, data):
    """Each target's unexplained share and mean square over the images that are not trained on."""
    model.eval()
    sums = torch.zeros(2, len(model.targets))
    with torch.no_grad():
        places = [(chunk, index) for chunk in range(HELD_OUT) for index in range(CHUNK)][data.rank :: data.ranks]
        for start in range(0, len(places), 25):
            x, t = data.batch(places[start : start + 25])
            squares = torch.stack([each.square().sum() for each in t])
            sums += torch.stack([torch.stack(losses(model(x), t)) * squares, squares])
    model.train()
    together(sums)
    counts = torch.tensor([HELD_OUT * CHUNK * target["axes"] * target["side"] ** 2 for target in model.targets])
    return (sums[0] / sums[1]).tolist(), (sums[1] / counts).tolist()


def together(tensor):
    """Adds up over processes, in place."""
    if distributed.is_initialized():
        distributed.all_reduce(tensor)


def warm_start(model, path, data):
    """Starts from a file of plain convolutions; its heads are not used."""
    known = read_safetensors(path)
    places = data.places()
    with torch.no_grad():
        for name, unit in model.units():
            unit.plain = (known[f"{name}.weight"], known[f"{name}.bias"])
        model.maps(data.batch(places[:: max(1, len(places) // 64)][:64])[0])
        # Normal equations of the heads, with one more column for the bias.
        products = {}
        model.eval()
        for start in range(0, 32):
            x, t = data.batch(places[start :: max(32, len(places) // 16)][:16])
            maps = model.maps(x)
            for index, target in enumerate(model.targets):
                rows = maps[target["stride"]].permute(0, 2, 3, 1).flatten(0, 2)
                rows = torch.cat([rows, torch.ones(len(rows), 1)], 1).double()
                wanted = t[index].permute(0, 2, 3, 1).flatten(0, 2).double()
                before = products.get(index, (0, 0))
                products[index] = (before[0] + rows.T @ rows, before[1] + rows.T @ wanted)
        model.train()
        for index, (square, mixed) in products.items():
            ridge = 1e-4 * square.diagonal().mean() * torch.eye(len(square))
            solved = torch.linalg.solve(square + ridge, mixed).float()
            model.heads[index].weight.copy_(solved[:-1].T[:, :, None, None])
            model.heads[index].bias.copy_(solved[-1])


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        body = file.read()
    header.pop("__metadata__", None)
    return {
        name: torch.from_numpy(
            np.frombuffer(body[entry["data_offsets"][0] : entry["data_offsets"][1]], "<f2").astype(np.float32)
        ).view(entry["shape"])
        for name, entry in header.items()
    }


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
    parser.add_argument("--from", dest="start", help="a student.safetensors to start from")
    parser.add_argument("--freeze", action="store_true", help="leave the stem and the first stage as they are: a fifth less time a step")
    parser.add_argument("--batch", type=int, default=24, help="images a step, of all processes")
    parser.add_argument("--rate", type=float, default=1e-3, help="highest learning rate")
    parser.add_argument("--second", type=float, default=0.5, help="weight of the loss of every teacher but the first")
    parser.add_argument("--share", type=float, default=0.0, help="of every other teacher in the outputs' variance, 0 .. 1")
    parser.add_argument("--scale", type=float, default=1.0, help="factor of all outputs: what they weigh beside the filters of `builtin`")
    parser.add_argument("--processes", type=int, default=1, help="each takes a part of a step's images, on one thread")
    parser.add_argument("--bfloat16", action="store_true", help="faster where the processor has such instructions")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.processes == 1:
        train(0, options)
        return
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29541")
    multiprocessing.spawn(train, (options,), options.processes)


def train(rank, options):
    ranks = options.processes
    if ranks > 1:
        torch.set_num_threads(1)
        distributed.init_process_group("gloo", rank=rank, world_size=ranks)
    torch.manual_seed(options.seed)
    random = np.random.default_rng([options.seed, rank])
    with open(os.path.join(options.work, "about.json")) as file:
        about = json.load(file)
    targets = about["targets"]
    weights = loss_weights(targets, options.second)
    data = Images(options.work, targets, rank, ranks)
    model = Student(targets).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), options.rate, weight_decay=0.02)
    state_path = os.path.join(options.work, "state.pt")
    step, spent, log = 0, 0.0, []
    mean = Student(targets)
    if os.path.exists(state_path):
        state = torch.load(state_path)
        model.load_state_dict(state["model"])
        mean.load_state_dict(state["mean"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent, log = state["step"], state["spent"], state["log"]
        options.start = state["start"]
        random = np.random.default_rng([options.seed + step, rank])
    else:
        if options.start:
            warm_start(model, options.start, data)
        if ranks > 1:
            for tensor in model.state_dict().values():
                distributed.broadcast(tensor, 0)
        mean.load_state_dict(model.state_dict())
    if options.freeze:
        for part in (model.stem, model.down[0], model.stages[0]):
            part.requires_grad_(False).eval()
    first = rank == 0
    if first:
        print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} million weights, {len(data.chunks) * CHUNK} images")
        print("targets: " + ", ".join(f"{target['name']} (weight {weight:.2f})" for target, weight in zip(targets, weights)))

    def keep(elapsed):
        unexplained, squares = held_out(mean, data)
        log.append([step, unexplained])
        if not first:
            return
        print(f"held out: {np.round(unexplained, 4)}", flush=True)
        if elapsed is not None:
            state = {"model": model.state_dict(), "mean": mean.state_dict(), "optimizer": optimizer.state_dict(),
                     "start": options.start, "step": step, "spent": elapsed, "log": log}
            torch.save(state, state_path + ".partial")
            os.replace(state_path + ".partial", state_path)
        write(mean, options, about, data, step, log, squares)

    smooth = None
    pool = []
    budget = options.minutes * 60
    saved = elapsed = spent
    if step == 0 and budget > 0:
        keep(spent)
    started = tick = time.time()
    while elapsed < budget:
        rate = options.rate * min(1, (step + 1) / 200) * 0.5 * (1 + np.cos(np.pi * elapsed / budget))
        for group in optimizer.param_groups:
            group["lr"] = rate
        if len(pool) < options.batch:
            data.look()
            pool = data.places()
            random.shuffle(pool)
        x, t = data.batch([pool.pop() for _ in range(options.batch // ranks)])
        with torch.autocast("cpu", torch.bfloat16, options.bfloat16):
            outputs = model(x)
        parts = losses(outputs, t)
        loss = sum(weight * part for weight, part in zip(weights, parts))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        elapsed, values = average(model, [spent + time.time() - started, *(part.item() for part in parts)], ranks)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        with torch.no_grad():
            for kept, now in zip(mean.state_dict().values(), model.state_dict().values()):
                if kept.is_floating_point():
                    kept.lerp_(now, 1 - DECAY)
        smooth = values if smooth is None else 0.98 * smooth + 0.02 * values
        if first and step % 50 == 0:
            speed, tick = 50 * options.batch / (time.time() - tick), time.time()
            print(f"{elapsed / 60:5.1f} min, step {step}, unexplained {smooth.round(3)}, {speed:.0f} images/s", flush=True)
        if elapsed - saved > 300:
            saved = elapsed
            keep(elapsed)
    keep(elapsed if budget > 0 else None)


def average(model, numbers, ranks):
    """The mean of gradients over processes, and of some numbers, of which the first is the time."""
    if ranks > 1:
        gradients = [parameter.grad for parameter in model.parameters() if parameter.requires_grad]
        flat = torch.cat([*(gradient.flatten() for gradient in gradients), torch.tensor(numbers)])
        together(flat)
        flat /= ranks
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
            start += gradient.numel()
        numbers = flat[start:].tolist()
    return numbers[0], np.array(numbers[1:])


def loss_weights(targets, second):
    """1 for each target of the first teacher; of every other, `second` for all its targets of a stride."""
    def weight(target):
        if target["teacher"] == 0:
            return 1.0
        same = [other for other in targets if (other["teacher"], other["stride"]) == (target["teacher"], target["stride"])]
        return second / len(same)

    return [weight(target) for target in targets]


def factors_of(targets, squares, share):
    """Of each target in the outputs, so that every other teacher has a share of the variance, and all together what the first has."""
    energies = [target["axes"] * square for target, square in zip(targets, squares)]

    def energy(teacher, stride):
        return sum(e for t, e in zip(targets, energies) if (t["teacher"], t["stride"]) == (teacher, stride))

    others = max(target["teacher"] for target in targets)
    return [
        (1 - share * others) ** 0.5
        if target["teacher"] == 0
        else (share * energy(0, target["stride"]) / energy(target["teacher"], target["stride"])) ** 0.5
        for target in targets
    ]


def write(model, options, about, data, step, log, squares):
    metadata = {
        "licence": "Apache-2.0",
        "teachers": "; ".join(about["teachers"]),
        "share_of_other_teachers": str(options.share),
        "scale": str(options.scale),
        "data": about["images"],
        "seed": str(options.seed),
        "batch": str(options.batch),
        "rate": str(options.rate),
        "steps": str(step),
        "images": str(len(data.chunks) * CHUNK),
        "held_out_unexplained": json.dumps(dict(zip((t["name"] for t in about["targets"]), np.round(log[-1][1], 4)))),
    }
    if options.start:
        metadata["started_from"] = os.path.basename(options.start)
    factors = [options.scale * factor for factor in factors_of(about["targets"], squares, options.share)]
    write_safetensors(os.path.join(options.work, "student.safetensors"), model.folded(factors), metadata)


if __name__ == "__main__":
    main()
