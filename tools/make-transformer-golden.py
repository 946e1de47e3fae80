"""Writes test/fixtures/transformers.json: what PyTorch computes for small vision transformers whose weights are a formula of their names.

Run with Debian's Python, which has PyTorch 1.13: /usr/bin/python3 tools/make-transformer-golden.py
The same formula stands in test/helpers/golden-weights.ts, so no weights are stored. The networks below are written from
the papers, with PyTorch's own attention where positions are not rotary; timm and transformers are not needed. Each has
the names of one library, and positions resized as that library does it.
"""
import math

import torch
from torch.nn import functional as F

from golden_numbers import values, write_models

WIDTH, HEADS, DEPTH, HIDDEN = 128, 2, 2, 192


class Network:
    """One network: `names` gives our keys those of its library, `shapes` is what its file holds."""

    def __init__(self, names, *, patch, grid=0, leading=(), position_tokens=0, fused=True, patch_bias=True, pre_norm=False,
                 scale=False, gate=None, qkv_bias='qkv', eps=1e-6, quick=False, antialias=False, rotary=False, extra=None,
                 flat=False):
        self.names, self.patch, self.grid, self.leading, self.position_tokens = names, patch, grid, leading, position_tokens
        self.pre_norm, self.scale, self.gate, self.eps, self.quick = pre_norm, scale, gate, eps, quick
        self.antialias, self.rotary, self.fused = antialias, rotary, fused
        self.shapes = {}
        self.add('patch.weight', [WIDTH, 3, patch, patch])
        if patch_bias:
            self.add('patch.bias', [WIDTH])
        for token, count in leading:
            self.add(token, [WIDTH] if flat else [1, count, WIDTH])
        if grid:
            count = grid * grid + position_tokens
            self.add('pos', [count, WIDTH] if flat else [1, count, WIDTH])
        for norm in (['norm_pre'] if pre_norm else []) + ['norm']:
            self.norm(norm)
        for block in range(DEPTH):
            b = f'b{block}.'
            self.norm(b + 'norm1')
            self.norm(b + 'norm2')
            for part in (['qkv'] if fused else 'qkv'):
                self.add(b + part + '.weight', [WIDTH * (3 if fused else 1), WIDTH])
            for part in ('qkv',) if qkv_bias == 'fused' else qkv_bias:
                self.add(b + part + '.bias', [WIDTH * (3 if part == 'qkv' else 1)])
            if names(b + 'mask') != b + 'mask':
                self.add(b + 'mask', [3 * WIDTH])
            self.linear(b + 'proj', WIDTH, WIDTH)
            if gate == 'packed':
                self.linear(b + 'fc1', 2 * HIDDEN, WIDTH)
            else:
                self.linear(b + 'fc1', HIDDEN, WIDTH)
            if gate == 'own':
                self.linear(b + 'gate', HIDDEN, WIDTH)
            self.linear(b + 'fc2', WIDTH, HIDDEN)
            if scale:
                self.add(b + 'ls1', [WIDTH])
                self.add(b + 'ls2', [WIDTH])
        for key, shape in (extra or {}).items():
            self.shapes[key] = shape

    def add(self, key, shape):
        self.shapes[self.names(key)] = shape

    def norm(self, key):
        self.add(key + '.weight', [WIDTH])
        self.add(key + '.bias', [WIDTH])

    def linear(self, key, outputs, inputs):
        self.add(key + '.weight', [outputs, inputs])
        self.add(key + '.bias', [outputs])

    def get(self, key):
        name = self.names(key)
        return values(name, self.shapes[name]) if name in self.shapes else None

    def apply_norm(self, x, key):
        return F.layer_norm(x, (WIDTH,), self.get(key + '.weight'), self.get(key + '.bias'), self.eps)

    def apply_linear(self, x, key):
        return F.linear(x, self.get(key + '.weight'), self.get(key + '.bias'))

    def angles(self, rows, columns):
        quarter = WIDTH // HEADS // 4
        periods = self.get('periods')
        if periods is None:
            periods = 100.0 ** (torch.arange(quarter, dtype=torch.float64) / quarter)
        down, across = (2 * (torch.arange(count, dtype=torch.float64) + 0.5) / count - 1 for count in (rows, columns))
        grid = torch.cartesian_prod(down, across)
        turned = 2 * math.pi * grid[:, :, None] / periods.double()
        return turned.flatten(1).repeat(1, 2).float()

    def attend(self, x, b, angles, leading):
        if self.fused:
            weight = self.get(b + 'qkv.weight')
        else:
            weight = torch.cat([self.get(b + part + '.weight') for part in 'qkv'])
        bias = self.get(b + 'qkv.bias')
        if bias is None:
            parts = [self.get(b + part + '.bias') for part in 'qkv']
            bias = torch.cat([torch.zeros(WIDTH) if part is None else part for part in parts])
        mask = self.get(b + 'mask')
        if mask is not None:
            bias = bias * mask
        if not self.rotary:
            tokens = x.transpose(0, 1)
            mixed, _ = F.multi_head_attention_forward(
                tokens, tokens, tokens, WIDTH, HEADS, weight, bias, None, None, False, 0.0,
                self.get(b + 'proj.weight'), self.get(b + 'proj.bias'), training=False, need_weights=False)
            return mixed.transpose(0, 1)
        q, k, v = F.linear(x, weight, bias).chunk(3, -1)
        q, k, v = (part.unflatten(-1, (HEADS, WIDTH // HEADS)).transpose(1, 2) for part in (q, k, v))

        def turn(part):
            still, moved = part[:, :, :leading], part[:, :, leading:]
            first, second = moved.chunk(2, -1)
            half = torch.cat((-second, first), -1)
            return torch.cat((still, moved * angles.cos() + half * angles.sin()), 2)

        scores = turn(q) @ turn(k).transpose(-1, -2) / math.sqrt(WIDTH // HEADS)
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
        return self.apply_linear(mixed, b + 'proj')

    def perceptron(self, x, b):
        if self.gate == 'own':
            return self.apply_linear(F.silu(self.apply_linear(x, b + 'gate')) * self.apply_linear(x, b + 'fc1'), b + 'fc2')
        inner = self.apply_linear(x, b + 'fc1')
        if self.gate == 'packed':
            gate, value = inner.chunk(2, -1)
            return self.apply_linear(F.silu(gate) * value, b + 'fc2')
        inner = inner * torch.sigmoid(1.702 * inner) if self.quick else F.gelu(inner)
        return self.apply_linear(inner, b + 'fc2')

    def layers(self, image):
        x = F.conv2d(image, self.get('patch.weight'), self.get('patch.bias'), stride=self.patch)
        rows, columns = x.shape[2:]
        tokens = x.flatten(2).transpose(1, 2)
        before = [self.get(token).reshape(1, count, WIDTH) for token, count in self.leading]
        leading = sum(count for _, count in self.leading)
        before = torch.cat(before, 1) if before else torch.zeros(1, 0, WIDTH)
        if self.grid:
            table = self.get('pos').reshape(1, -1, WIDTH)
            own, places = table[:, :self.position_tokens], table[:, self.position_tokens:]
            places = places.reshape(1, self.grid, self.grid, WIDTH).permute(0, 3, 1, 2)
            places = F.interpolate(places, size=(rows, columns), mode='bicubic', align_corners=False, antialias=self.antialias)
            tokens = tokens + places.flatten(2).transpose(1, 2)
            before = torch.cat([before[:, :self.position_tokens] + own, before[:, self.position_tokens:]], 1)
        x = torch.cat([before.expand(len(image), -1, -1), tokens], 1)
        if self.pre_norm:
            x = self.apply_norm(x, 'norm_pre')
        angles = self.angles(rows, columns) if self.rotary else None
        outputs, inner, tokens = {}, [], []

        def as_map(of):
            return of[:, leading:].transpose(1, 2).reshape(len(image), WIDTH, rows, columns)

        for block in range(DEPTH):
            b = f'b{block}.'
            scale1, scale2 = (self.get(b + 'ls1'), self.get(b + 'ls2')) if self.scale else (1, 1)
            x = x + scale1 * self.attend(self.apply_norm(x, b + 'norm1'), b, angles, leading)
            x = x + scale2 * self.perceptron(self.apply_norm(x, b + 'norm2'), b)
            outputs[f'block{block + 1}'] = as_map(x)
            tokens.append(x[:, 0])
            if block + 1 < DEPTH:
                inner.append(as_map(self.apply_norm(x, 'norm')))
        for block, each in enumerate(inner):
            outputs[f'norm{block + 1}'] = each
        x = self.apply_norm(x, 'norm')
        outputs['norm'] = as_map(x)
        outputs['class'] = x[:, 0][:, :, None, None].expand(-1, -1, rows, columns)
        for block, each in enumerate(tokens):
            outputs[f'class{block + 1}'] = each[:, :, None, None].expand(-1, -1, rows, columns)
        return outputs


def naming(prefix, table, block):
    """Names by tables, of the whole and of a block; a key keeps what stands behind its longest part in a table."""
    def names(key):
        stem, dot, ending = key.rpartition('.')
        for known, rest in ((key, ''), (stem, dot + ending)):
            if known in table:
                return prefix + table[known] + rest
            if known.startswith('b') and known.partition('.')[2] in block:
                number, _, part = known[1:].partition('.')
                return prefix + block[part].replace('#', number) + rest
        return key
    return names


TIMM = {'patch': 'patch_embed.proj', 'cls': 'cls_token', 'dist': 'dist_token', 'reg': 'reg_token', 'pos': 'pos_embed',
        'norm': 'norm', 'norm_pre': 'norm_pre'}
TIMM_BLOCK = {'norm1': 'blocks.#.norm1', 'qkv': 'blocks.#.attn.qkv', 'proj': 'blocks.#.attn.proj', 'norm2': 'blocks.#.norm2',
              'fc1': 'blocks.#.mlp.fc1', 'fc2': 'blocks.#.mlp.fc2', 'ls1': 'blocks.#.ls1.gamma', 'ls2': 'blocks.#.ls2.gamma'}
FACE = {'patch': 'embeddings.patch_embeddings.projection', 'cls': 'embeddings.cls_token', 'dist': 'embeddings.distillation_token',
        'reg': 'embeddings.register_tokens', 'pos': 'embeddings.position_embeddings', 'norm': 'layernorm'}
FACE_ATTENTION = {'q': 'encoder.layer.#.attention.attention.query', 'k': 'encoder.layer.#.attention.attention.key',
                  'v': 'encoder.layer.#.attention.attention.value', 'proj': 'encoder.layer.#.attention.output.dense'}
FACE_VIT = {**FACE_ATTENTION, 'norm1': 'encoder.layer.#.layernorm_before', 'norm2': 'encoder.layer.#.layernorm_after',
            'fc1': 'encoder.layer.#.intermediate.dense', 'fc2': 'encoder.layer.#.output.dense'}
FACE_DINO2 = {**FACE_ATTENTION, 'norm1': 'encoder.layer.#.norm1', 'norm2': 'encoder.layer.#.norm2', 'fc1': 'encoder.layer.#.mlp.fc1',
              'fc2': 'encoder.layer.#.mlp.fc2', 'ls1': 'encoder.layer.#.layer_scale1.lambda1', 'ls2': 'encoder.layer.#.layer_scale2.lambda1'}
FACE_DINO3 = {'norm1': 'layer.#.norm1', 'norm2': 'layer.#.norm2', 'q': 'layer.#.attention.q_proj', 'k': 'layer.#.attention.k_proj',
              'v': 'layer.#.attention.v_proj', 'proj': 'layer.#.attention.o_proj', 'fc1': 'layer.#.mlp.up_proj', 'fc2': 'layer.#.mlp.down_proj',
              'gate': 'layer.#.mlp.gate_proj', 'ls1': 'layer.#.layer_scale1.lambda1', 'ls2': 'layer.#.layer_scale2.lambda1'}
FACE_CLIP = {'norm1': 'encoder.layers.#.layer_norm1', 'norm2': 'encoder.layers.#.layer_norm2', 'q': 'encoder.layers.#.self_attn.q_proj',
             'k': 'encoder.layers.#.self_attn.k_proj', 'v': 'encoder.layers.#.self_attn.v_proj', 'proj': 'encoder.layers.#.self_attn.out_proj',
             'fc1': 'encoder.layers.#.mlp.fc1', 'fc2': 'encoder.layers.#.mlp.fc2'}
OPEN = {'patch': 'conv1', 'cls': 'class_embedding', 'pos': 'positional_embedding', 'norm_pre': 'ln_pre', 'norm': 'ln_post'}
OPEN_BLOCK = {'norm1': 'transformer.resblocks.#.ln_1', 'norm2': 'transformer.resblocks.#.ln_2',
              'qkv.weight': 'transformer.resblocks.#.attn.in_proj_weight', 'qkv.bias': 'transformer.resblocks.#.attn.in_proj_bias',
              'proj': 'transformer.resblocks.#.attn.out_proj', 'fc1': 'transformer.resblocks.#.mlp.c_fc', 'fc2': 'transformer.resblocks.#.mlp.c_proj'}
CLASS = (('cls', 1),)


def networks():
    """By what the builder is to call it and whose names it has; image sizes are [height, width]."""
    three = {'fused': False, 'qkv_bias': 'qkv'}
    fused = {'qkv_bias': 'fused'}
    yield 'vit timm', [48, 96], Network(naming('', TIMM, TIMM_BLOCK), patch=16, grid=4, leading=CLASS, position_tokens=1,
                                       antialias=True, extra={'head.weight': [10, WIDTH], 'head.bias': [10]}, **fused)
    yield 'vit hugging-face', [80, 48], Network(naming('vit.', FACE, FACE_VIT), patch=16, grid=4, leading=CLASS, position_tokens=1,
                                               eps=1e-12, extra={'vit.pooler.dense.weight': [WIDTH, WIDTH]}, **three)
    yield 'deit distilled timm', [32, 64], Network(naming('', TIMM, TIMM_BLOCK), patch=16, grid=3, leading=(('cls', 1), ('dist', 1)),
                                                  position_tokens=2, antialias=True, extra={'head_dist.bias': [10]}, **fused)
    yield 'dinov2 timm registers', [42, 70], Network(naming('', TIMM, TIMM_BLOCK), patch=14, grid=4, leading=(('cls', 1), ('reg', 4)),
                                                    scale=True, antialias=True, **fused)
    yield 'dinov2 timm giant', [28, 42], Network(naming('', TIMM, TIMM_BLOCK), patch=14, grid=4, leading=CLASS, position_tokens=1,
                                                scale=True, antialias=True, gate='packed', **fused)
    yield 'dinov2 publisher registers', [42, 70], Network(naming('', {**TIMM, 'reg': 'register_tokens'}, TIMM_BLOCK), patch=14, grid=4,
                                                         leading=(('cls', 1), ('reg', 4)), position_tokens=1, scale=True, antialias=True,
                                                         extra={'mask_token': [1, WIDTH]}, **fused)
    yield 'dinov2 hugging-face', [56, 98], Network(naming('', FACE, FACE_DINO2), patch=14, grid=5, leading=CLASS, position_tokens=1, scale=True,
                                                  extra={'embeddings.mask_token': [1, WIDTH]}, **three)
    yield 'dinov2 hugging-face registers', [28, 56], Network(naming('', FACE, FACE_DINO2), patch=14, grid=3, leading=(('cls', 1), ('reg', 4)),
                                                            position_tokens=1, scale=True, antialias=True,
                                                            extra={'embeddings.mask_token': [1, WIDTH]}, **three)
    registers = (('cls', 1), ('reg', 4))
    face3 = {**FACE, 'patch': 'embeddings.patch_embeddings', 'norm': 'norm'}
    yield 'dinov3 hugging-face', [48, 80], Network(naming('', face3, FACE_DINO3), patch=16, leading=registers, scale=True, rotary=True, eps=1e-5,
                                                  fused=False, qkv_bias='qv', extra={'embeddings.mask_token': [1, 1, WIDTH]})
    yield 'dinov3 plus hugging-face', [32, 48], Network(naming('', face3, FACE_DINO3), patch=16, leading=registers, scale=True, rotary=True,
                                                       eps=1e-5, fused=False, qkv_bias='qv', gate='own')
    timm3 = {**TIMM_BLOCK, 'ls1': 'blocks.#.gamma_1', 'ls2': 'blocks.#.gamma_2', 'q.bias': 'blocks.#.attn.q_bias', 'v.bias': 'blocks.#.attn.v_bias'}
    yield 'dinov3 timm', [64, 32], Network(naming('', TIMM, timm3), patch=16, leading=registers, scale=True, rotary=True, eps=1e-5, qkv_bias='qv')
    own3 = {**TIMM_BLOCK, 'mask': 'blocks.#.attn.qkv.bias_mask', 'gate': 'blocks.#.mlp.w1', 'fc1': 'blocks.#.mlp.w2', 'fc2': 'blocks.#.mlp.w3'}
    yield 'dinov3 plus publisher', [48, 32], Network(naming('', {**TIMM, 'reg': 'storage_tokens', 'periods': 'rope_embed.periods'}, own3), patch=16,
                                                    leading=registers, scale=True, rotary=True, eps=1e-5, gate='own',
                                                    extra={'rope_embed.periods': [WIDTH // HEADS // 4], 'mask_token': [1, WIDTH]}, **fused)
    clip = {'patch': 16, 'grid': 4, 'leading': CLASS, 'position_tokens': 1, 'patch_bias': False, 'pre_norm': True, 'eps': 1e-5}
    face_clip = {'patch': 'embeddings.patch_embedding', 'cls': 'embeddings.class_embedding', 'pos': 'embeddings.position_embedding.weight',
                 'norm_pre': 'pre_layrnorm', 'norm': 'post_layernorm'}
    face = Network(naming('vision_model.', face_clip, FACE_CLIP), quick=True, flat=True,
                   extra={'visual_projection.weight': [64, WIDTH], 'text_model.final_layer_norm.bias': [64]}, **three, **clip)
    yield 'clip hugging-face', [80, 48], face
    yield 'clip timm', [48, 96], Network(naming('', TIMM, TIMM_BLOCK), antialias=True, **fused, **clip)
    yield 'clip openai', [48, 64], Network(naming('visual.', OPEN, OPEN_BLOCK), antialias=True, quick=True, flat=True,
                                          extra={'visual.proj': [WIDTH, 64], 'transformer.resblocks.0.ln_1.bias': [64]}, **fused, **clip)


ABOUT = 'vision transformers with formula-made weights on formula-made images, by tools/make-transformer-golden.py; weights: name -> shape'
write_models('transformers.json', ABOUT, ((name, [2, 3, *size], network) for name, size, network in networks()))
