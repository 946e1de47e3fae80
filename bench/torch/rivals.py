"""Training steps of the rivals written in PyTorch, as somebody who knows it would write them. Maps are drawn, in half precision, as they come from a store; photographs in bytes.

Each maker takes `levels` (or `level`, or `size`), channels, rows and columns each, `batch`, and the method's `options`, and gives a function that makes one step.
"""
import torch
import torch.nn.functional as F
from torch import nn


def drawn(levels, batch):
    return [torch.randn(batch, each["channels"], each["rows"], each["columns"]).half() for each in levels]


def adam(network, options):
    asked = options["optimizer"]
    kind = torch.optim.AdamW if asked["weightDecay"] else torch.optim.Adam
    return kind(
        network.parameters(),
        lr=1e-4,
        betas=(asked["beta1"], asked["beta2"]),
        weight_decay=asked["weightDecay"],
        amsgrad=asked.get("amsgrad", False),
    )


def stepping(network, options, loss):
    """Gradients, clipped where the method does, and the optimiser."""
    optimiser = adam(network, options)
    longest = options["training"].get("longestGradient")

    def run():
        optimiser.zero_grad()
        loss().backward()
        if longest:
            nn.utils.clip_grad_norm_(network.parameters(), longest)
        optimiser.step()

    return run


def convolved(inputs, outputs, kernel, stride=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)
    )


class Bottleneck(nn.Module):
    def __init__(self, inputs, outputs, width, size):
        super().__init__()
        if size == "doubled":
            across = nn.Sequential(nn.ConvTranspose2d(width, width, 2, 2, bias=False), nn.BatchNorm2d(width))
            beside = nn.Sequential(
                nn.ConvTranspose2d(inputs, outputs, 2, 2, bias=False), nn.BatchNorm2d(outputs)
            )
        else:
            stride = 2 if size == "halved" else 1
            across = convolved(width, width, 3, stride)
            beside = nn.Identity() if size == "kept" else convolved(inputs, outputs, 1, stride)
        self.body = nn.Sequential(
            convolved(inputs, width, 1), nn.ReLU(), across, nn.ReLU(), convolved(width, outputs, 1)
        )
        self.beside = beside

    def forward(self, x):
        return F.relu(self.body(x) + self.beside(x))


def stack(count, inputs, outputs, share, size):
    width = max(2, round(outputs * share))
    first = Bottleneck(inputs, outputs, width, size)
    return nn.Sequential(first, *(Bottleneck(outputs, outputs, width, "kept") for _ in range(count - 1)))


class Student(nn.Module):
    """Fusion, one-class embedding, and a decoder that mirrors the teacher."""

    def __init__(self, teacher, channels, width, embeddingBlocks, decoderBlocks):
        super().__init__()
        own = [max(4, round(each * channels)) for each in teacher]
        last = len(own) - 1
        self.fusion = nn.ModuleList(
            nn.Sequential(
                *(
                    nn.Sequential(convolved(teacher[k] if at == k else own[at], own[at + 1], 3, 2), nn.ReLU())
                    for at in range(k, last)
                )
            )
            for k in range(last)
        )
        self.embedding = stack(embeddingBlocks, last * own[last] + teacher[last], 2 * own[last], width, "halved")
        above = own[1:] + [2 * own[last]]
        counts = [decoderBlocks[min(last - k, len(decoderBlocks) - 1)] for k in range(last + 1)]
        self.decoder = nn.ModuleList(
            stack(counts[k], above[k], own[k], width, "doubled") for k in range(last + 1)
        )
        self.heads = nn.ModuleList(
            nn.Identity() if own[k] == teacher[k] else nn.Conv2d(own[k], teacher[k], 1) for k in range(last + 1)
        )

    def forward(self, maps):
        x = self.embedding(torch.cat([*(fuse(x) for fuse, x in zip(self.fusion, maps)), maps[-1]], 1))
        made = [None] * len(maps)
        for k in reversed(range(len(maps))):
            x = self.decoder[k](x)
            made[k] = self.heads[k](x)
        return made


def rd(levels, batch, options):
    maps = drawn(levels, batch)
    student = Student([each["channels"] for each in levels], **options["student"])

    def loss():
        teacher = [each.float() for each in maps]
        pairs = zip(teacher, student(teacher))
        if options["cosine"] == "places":
            return sum((1 - F.cosine_similarity(a, b)).mean() for a, b in pairs)
        return sum((1 - F.cosine_similarity(a.flatten(1), b.flatten(1))).mean() for a, b in pairs)

    return stepping(student, options, loss)


class Layer(nn.Module):
    """A layer of UniAD's transformer: attentions, a norm behind each, and a perceptron."""

    def __init__(self, attentions, width, heads, hidden):
        super().__init__()
        self.attentions = nn.ModuleList(
            nn.MultiheadAttention(width, heads, batch_first=True) for _ in range(attentions)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(attentions + 1))
        self.inner = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, width))

    def forward(self, x, position, mask, *seen):
        for attention, norm, other in zip(self.attentions, self.norms, seen):
            asked = attention(x + position, other + position, other, attn_mask=mask, need_weights=False)
            x = norm(x + asked[0])
        return self.norms[-1](x + self.inner(x))


class Reconstructor(nn.Module):
    def __init__(self, level, width, heads, hidden, encoderLayers, decoderLayers, neighbours, **_):
        super().__init__()
        rows, columns, channels = level["rows"], level["columns"], level["channels"]
        self.rows, self.columns = nn.Embedding(rows, width // 2), nn.Embedding(columns, width // 2)
        self.narrow, self.wide = nn.Linear(channels, width), nn.Linear(width, channels)
        self.encoder = nn.ModuleList(Layer(1, width, heads, hidden) for _ in range(encoderLayers))
        self.decoder = nn.ModuleList(Layer(2, width, heads, hidden) for _ in range(decoderLayers))
        self.queries = nn.ModuleList(nn.Embedding(rows * columns, width) for _ in range(decoderLayers))
        self.norm = nn.LayerNorm(width)
        places = torch.stack(torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij"), 2)
        places = places.reshape(-1, 2)
        apart = (places[:, None] - places[None]).abs().amax(2)
        hidden_from = apart <= neighbours // 2 if neighbours else torch.zeros_like(apart, dtype=torch.bool)
        self.mask = torch.zeros(apart.shape).masked_fill(hidden_from, float("-inf"))

    def forward(self, tokens):
        rows, columns = self.rows.weight, self.columns.weight
        position = torch.cat([columns.repeat(len(rows), 1), rows.repeat_interleave(len(columns), 0)], 1)
        encoded = self.narrow(tokens)
        for layer in self.encoder:
            encoded = layer(encoded, position, self.mask, encoded)
        x = encoded
        for query, layer in zip(self.queries, self.decoder):
            x = layer(query.weight.expand(len(x), -1, -1), position, self.mask, encoded, x)
        return self.wide(self.norm(x))


def uniad(levels, batch, options):
    (maps,) = drawn(levels, batch)
    channels = levels[0]["channels"]
    network = Reconstructor(levels[0], **options["network"])
    scale = options["jitter"]["scale"]

    def loss():
        tokens = maps.float().flatten(2).transpose(1, 2)
        noise = torch.randn_like(tokens) * tokens.norm(dim=2, keepdim=True) / channels * scale
        return F.mse_loss(network(tokens + noise), tokens)

    return stepping(network, options, loss)


class Block(nn.Module):
    """A transformer block of Dinomaly."""

    def __init__(self, width, heads, hidden, kind):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width, 1e-8) for _ in range(2))
        self.asked, self.mixed = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.inner = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))
        self.heads, self.kind = heads, kind

    def forward(self, x):
        n, tokens, width = x.shape
        q, k, v = self.asked(self.norms[0](x)).reshape(n, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if self.kind == "linear":
            q, k = F.elu(q) + 1, F.elu(k) + 1
            share = 1 / (q @ k.sum(2).unsqueeze(3))
            seen = q @ (k.transpose(2, 3) @ v) * share
        else:
            seen = (q @ k.transpose(2, 3) * (width // self.heads) ** -0.5).softmax(-1) @ v
        x = x + self.mixed(seen.transpose(1, 2).reshape(n, tokens, width))
        return x + self.inner(self.norms[1](x))


class Decoder(nn.Module):
    def __init__(self, groups, network):
        super().__init__()
        inputs = groups[0] if len(set(groups)) == 1 else sum(groups)
        width = network["width"] or inputs
        hidden, narrow, rate = network["expansion"] * width, network["narrow"], network["dropout"]
        front = narrow or (width if inputs != width else None)
        self.joined = len(set(groups)) > 1
        self.front = nn.Linear(inputs, front) if front else nn.Identity()
        self.bottleneck = nn.Sequential(
            nn.Dropout(rate),
            nn.Linear(front or width, hidden),
            nn.GELU(),
            nn.Dropout(rate),
            nn.Linear(hidden, width),
            nn.Dropout(rate),
        )
        self.blocks = nn.ModuleList(
            Block(width, width // network["headWidth"], hidden, network["attention"])
            for _ in range(network["layers"])
        )
        self.heads = nn.ModuleList(nn.Identity() if each == width else nn.Linear(width, each) for each in groups)

    def forward(self, tokens):
        given = torch.cat(tokens, 2) if self.joined else torch.stack(tokens).mean(0)
        x = self.bottleneck(self.front(given))
        outcomes = []
        for block in self.blocks:
            x = block(x)
            outcomes.insert(0, x)
        parts = torch.tensor_split(torch.arange(len(outcomes)), len(self.heads))
        return [head(torch.stack([outcomes[at] for at in part]).mean(0)) for head, part in zip(self.heads, parts)]


def dinomaly(levels, batch, options):
    groups = levels[: options["features"]["groups"]]
    maps = drawn(groups, batch)
    network = Decoder([each["channels"] for each in groups], options["network"])
    places = groups[0]["rows"] * groups[0]["columns"]
    rank = max(0, int(batch * places * (1 - options["mining"]["easy"])) - 1)
    damping = options["mining"]["damping"]

    def targets(tokens):
        if not options["features"]["recentre"]:
            return tokens
        return [F.layer_norm(each - each.mean(1, keepdim=True), each.shape[-1:], eps=1e-8) for each in tokens]

    def loss():
        tokens = [each.float().flatten(2).transpose(1, 2) for each in maps]
        total = 0
        for a, b in zip(targets(tokens), network(tokens)):
            with torch.no_grad():
                distances = 1 - F.cosine_similarity(a, b, 2)
                hard = distances >= distances.flatten().topk(rank + 1).values[-1]
                shares = torch.where(hard, 1.0, damping).unsqueeze(2)
            b.register_hook(lambda slope, shares=shares: slope * shares)
            total = total + (1 - F.cosine_similarity(a.flatten(1), b.flatten(1), 1)).mean()
        return total / len(groups)

    return stepping(network, options, loss)


class Coupling(nn.Module):
    """FrEIA's AllInOneBlock, conditioned."""

    def __init__(self, width, condition, hidden, clamp, soft):
        super().__init__()
        self.moved, self.clamp = width // 2, clamp
        kept = width - self.moved
        self.inner = nn.Sequential(
            nn.Linear(kept + condition, max(1, round(hidden * (kept + condition)))),
            nn.ReLU(),
            nn.Linear(max(1, round(hidden * (kept + condition))), 2 * self.moved),
        )
        self.scale, self.offset = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))
        self.register_buffer("order", torch.randperm(width))
        self.register_buffer("rotation", torch.linalg.qr(torch.randn(width, width))[0] if soft else None)

    def forward(self, x, told):
        kept, moved = x[:, : -self.moved], x[:, -self.moved :]
        log_scale, shift = (0.1 * self.inner(torch.cat([kept, told], 1))).chunk(2, 1)
        log_scale = self.clamp * torch.tanh(log_scale)
        scale = 0.1 * F.softplus(self.scale, beta=0.5)
        x = torch.cat([kept, moved * torch.exp(log_scale) + shift], 1) * scale + self.offset
        x = x[:, self.order] if self.rotation is None else x @ self.rotation.T
        return x, log_scale.sum(1) + scale.log().sum()


def cflow(level, batch, options):
    width, asked = level["channels"], options["flow"]
    places = torch.randn(level["rows"] * level["columns"], asked["positions"])
    rows, at = torch.randn(batch, width).half(), torch.randint(len(places), (batch,))
    soft = asked["mixing"] == "soft"
    flow = nn.ModuleList(
        Coupling(width, asked["positions"], asked["hidden"], asked["clamp"], soft) for _ in range(asked["blocks"])
    )
    constant = width / 2 * torch.log(torch.tensor(2 * torch.pi))

    def loss():
        x, told, change = rows.float(), places[at], 0
        for block in flow:
            x, more = block(x, told)
            change = change + more
        likelihood = (change - 0.5 * x.square().sum(1) - constant) / width
        return -F.logsigmoid(likelihood).mean()

    return stepping(flow, options, loss)


def layers(*channels):
    """Convolutions of 3 x 3 with batch norm and ReLU, from one number of channels to the next."""
    pairs = zip(channels, channels[1:])
    return nn.Sequential(*(part for a, b in pairs for part in (convolved(a, b, 3), nn.ReLU())))


class UNet(nn.Module):
    """One of DRAEM's two networks; channels are multiples of the width."""

    def __init__(self, inputs, outputs, width, down, up, connected):
        super().__init__()
        down, up = [each * width for each in down], [[each * width for each in stage] for stage in up]
        self.down = nn.ModuleList(layers(a, b, b) for a, b in zip([inputs, *down], down))
        beside = down[-2::-1] if connected else [0] * len(up)
        below = [down[-1], *(stage[-1] for stage in up)]
        self.enlarged = nn.ModuleList(layers(a, stage[0]) for a, stage in zip(below, up))
        self.up = nn.ModuleList(layers(stage[0] + b, *stage[1:]) for b, stage in zip(beside, up))
        self.last, self.connected = nn.Conv2d(below[-1], outputs, 3, padding=1), connected

    def forward(self, x):
        kept = []
        for at, stage in enumerate(self.down):
            x = stage(F.max_pool2d(x, 2) if at else x)
            kept.append(x)
        for at, (enlarged, stage) in enumerate(zip(self.enlarged, self.up)):
            x = enlarged(F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False))
            x = stage(torch.cat([x, kept[-2 - at]], 1) if self.connected else x)
        return self.last(x)


def alike(a, b):
    """Mean structural similarity, in windows of 11 with a deviation of 1.5."""
    line = torch.exp(-((torch.arange(11.0) - 5) ** 2) / (2 * 1.5**2))
    window = (line[:, None] * line / line.sum() ** 2).expand(a.shape[1], 1, 11, 11)

    def average(x):
        return F.conv2d(x, window, padding=5, groups=a.shape[1])

    ma, mb = average(a), average(b)
    va, vb, together = average(a * a) - ma**2, average(b * b) - mb**2, average(a * b) - ma * mb
    c1, c2 = 0.01**2, 0.03**2
    return ((2 * ma * mb + c1) * (2 * together + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2))).mean()


def draem(size, batch, options):
    height, width, asked = size["height"], size["width"], options["network"]
    back = [[8, 8, 4], [4, 4, 2], [2, 2, 1], [1, 1, 1]]
    reconstructive = UNet(3, 3, asked["reconstructive"], [1, 2, 4, 8, 8], back, False)
    back = [[8, 8, 8], [4, 4, 4], [2, 2, 2], [1, 1, 1], [1, 1, 1]]
    discriminative = UNet(6, 2, asked["discriminative"], [1, 2, 4, 8, 8, 8], back, True)
    good, drawn = torch.randint(0, 256, (2, batch, height, width, 3), dtype=torch.uint8)
    mask = torch.randint(0, 2, (batch, height, width))

    def planes(pixels):
        return pixels.permute(0, 3, 1, 2).float() / 255

    def loss():
        photographs, wanted = planes(drawn), planes(good)
        made = reconstructive(photographs)
        shares = discriminative(torch.cat([made, photographs], 1)).softmax(1)
        truth = shares.gather(1, mask[:, None]).clamp_min(1e-5)
        focal = (-((1 - truth) ** asked["gamma"]) * truth.log()).mean()
        return F.mse_loss(made, wanted) + 1 - alike(made, wanted) + focal

    return stepping(nn.ModuleList([reconstructive, discriminative]), options, loss)


makers = {"rd": rd, "uniad": uniad, "dinomaly": dinomaly, "cflow": cflow, "draem": draem}
