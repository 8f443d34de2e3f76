"""One case of the group `models` with PyTorch: models.py '<case as JSON>' <threads>.

Each network has the layers and sizes of the project's own; the harness compares the numbers of their parameters. RCAN, the
U-Net of ConvNeXt V2 blocks and UNETR stand here, the others in files of their own.
"""
import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional

from efficientnet import EfficientNetB0
from hrnet import HRNet
from networks import Layers, TransformerBlock
from resunetpp import ResUNetPlusPlus


class ChannelAttention(nn.Module):
    def __init__(self, width: int, reduction: int):
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(width, width // reduction, 1),
            nn.SiLU(),
            nn.Conv2d(width // reduction, width, 1),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return x * self.gate(x)


class Skipped(nn.Module):
    """Layers beside an identity."""

    def __init__(self, *layers):
        super().__init__()
        self.module = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.module(x)


def conv(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


class RCAN(nn.Module):
    def __init__(self, groups: int, blocks: int, width: int, reduction: int):
        super().__init__()

        def block():
            return Skipped(conv(width, width), nn.SiLU(), conv(width, width), ChannelAttention(width, reduction))

        self.first = conv(1, width)
        group = [Skipped(*[block() for _ in range(blocks)], conv(width, width)) for _ in range(groups)]
        self.body = Skipped(*group, conv(width, width))
        self.last = conv(width, 1)

    def forward(self, x):
        return self.last(self.body(self.first(x)))


class ChannelNorm(nn.LayerNorm):
    """Over the channels of an image with channels first."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ResponseNorm(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1, 1, 1, width))
        self.beta = nn.Parameter(torch.zeros(1, 1, 1, width))

    def forward(self, x):
        response = torch.norm(x, p=2, dim=(1, 2), keepdim=True)
        return self.gamma * (x * (response / (response.mean(-1, keepdim=True) + 1e-6))) + self.beta + x


class ConvNeXtBlock(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.inner = nn.Sequential(
            nn.LayerNorm(width, eps=1e-6),
            nn.Linear(width, 4 * width),
            nn.GELU(),
            ResponseNorm(4 * width),
            nn.Linear(4 * width, width),
        )

    def forward(self, x):
        return x + self.inner(self.depthwise(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class UNeXt(nn.Module):
    def __init__(self, maps: list, blocks: int):
        super().__init__()

        def stage(width: int):
            return nn.Sequential(*[ConvNeXtBlock(width) for _ in range(blocks)])

        pairs = list(zip(maps[:-1], maps[1:]))
        self.stem = nn.Sequential(nn.Conv2d(1, maps[0], 2, 2), ChannelNorm(maps[0]))
        self.encoder = nn.ModuleList(stage(width) for width in maps[:-1])
        self.down = nn.ModuleList(nn.Sequential(ChannelNorm(a), nn.Conv2d(a, b, 2, 2)) for a, b in pairs)
        self.bottleneck = stage(maps[-1])
        self.up = nn.ModuleList(nn.Sequential(ChannelNorm(b), nn.ConvTranspose2d(b, a, 2, 2)) for a, b in pairs)
        self.join = nn.ModuleList(nn.Conv2d(2 * width, width, 1) for width in maps[:-1])
        self.decoder = nn.ModuleList(stage(width) for width in maps[:-1])
        self.last = nn.Sequential(nn.ConvTranspose2d(maps[0], maps[0], 2, 2), ChannelNorm(maps[0]))
        self.head = nn.Conv2d(maps[0], 1, 1)

    def forward(self, x):
        x = self.stem(x)
        skips = []
        for stage, down in zip(self.encoder, self.down):
            x = stage(x)
            skips.append(x)
            x = down(x)
        x = self.bottleneck(x)
        for i in reversed(range(len(skips))):
            x = self.decoder[i](self.join[i](torch.cat([self.up[i](x), skips[i]], 1)))
        return self.head(self.last(x))


class UNETR(nn.Module):
    def __init__(self, side: int, token: int, width: int, heads: int, depth: int, filters: int, every: int):
        super().__init__()
        layers = Layers(2, "in")
        layers_up = token.bit_length() - 1
        self.every = every
        self.grid = side // token
        self.patches = nn.Conv2d(1, width, token, token)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, self.grid**2 + 1, width), requires_grad=False)
        self.blocks = nn.ModuleList(TransformerBlock(width, heads) for _ in range(depth))

        def up(inputs: int, outputs: int):
            return nn.ConvTranspose2d(inputs, outputs, 2, 2, bias=False)

        self.bottleneck = up(width, filters * 2 ** (layers_up - 1))
        self.levels = list(range(layers_up - 1, 0, -1))
        self.skips, self.joined, self.green = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for level in self.levels:
            wide = filters * 2**level
            inputs = [width] + [wide] * (layers_up - level - 1)
            self.skips.append(nn.Sequential(*[part for i in inputs for part in (up(i, wide), layers.block(wide, wide))]))
            self.joined.append(layers.double(2 * wide, wide))
            self.green.append(up(wide, wide // 2))
        self.image = layers.double(1, filters)
        self.final = layers.double(2 * filters, filters)
        self.head = nn.Conv2d(filters, 1, 1)

    def forward(self, image):
        x = self.patches(image).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1) + self.pos_embed
        kept = {}
        for i, block in enumerate(self.blocks, 1):
            x = block(x)
            kept[i] = x

        def as_image(tokens):
            return tokens[:, 1:].transpose(1, 2).reshape(tokens.shape[0], -1, self.grid, self.grid)

        y = self.bottleneck(as_image(x))
        for i, level in enumerate(self.levels):
            skip = self.skips[i](as_image(kept[level * self.every]))
            y = self.green[i](self.joined[i](torch.cat([y, skip], 1)))
        return self.head(self.final(torch.cat([self.image(image), y], 1)))


case, threads = json.loads(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(0)


def counted(shape: list, value):
    """Values of a function of the index, channels last as ours, then channels first."""
    index = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return value(index).float().reshape(shape).permute(0, 3, 1, 2).contiguous()


batch, side, classes = case["batch"], case["side"], case.get("classes")
image = counted([batch, side, side, case.get("channels", 1)], lambda i: torch.sin(i * 12.9898) * 0.5 + 0.5)
if classes:
    target, loss = torch.arange(batch) % classes, functional.cross_entropy
else:
    predicted = side // case.get("smaller", 1)
    target = counted([batch, predicted, predicted, 1], lambda i: torch.sin(i * 0.01) > 0)
    loss = functional.binary_cross_entropy_with_logits
networks = {
    "rcan": RCAN,
    "unext_v2": UNeXt,
    "unetr": UNETR,
    "resunet++": ResUNetPlusPlus,
    "hrnet": HRNet,
    "efficientnet_b0": EfficientNetB0,
}
network = networks[case["network"]](**case["reference"])
optimizer = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=1e-3, weight_decay=0.02)


def tell(**values) -> None:
    print(json.dumps(values), flush=True)


tell(ready=1, parameters=sum(p.numel() for p in network.parameters()))
for line in sys.stdin:
    if line.strip() == "end":
        break
    start, before = time.perf_counter(), time.process_time()
    optimizer.zero_grad(set_to_none=True)
    value = loss(network(image), target)
    value.backward()
    optimizer.step()
    value.item()
    cpu = time.process_time() - before
    tell(ms=(time.perf_counter() - start) * 1000, cpu=cpu * 1000)
tell(peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
