"""HRNet (J. Wang et al., TPAMI 2020) as BiaPy defines it: no activation inside blocks, aligned corners."""
import torch
from torch import nn
from torch.nn import functional

STEM = 64
MODULES = [1, 4, 3]
BLOCKS = 4


def layer(inputs: int, outputs: int, kernel: int, stride: int = 1, activated: bool = False):
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), *([nn.ReLU()] if activated else []))


class Residual(nn.Module):
    def __init__(self, widths: list, kernels: list):
        super().__init__()
        self.layers = nn.Sequential(*[layer(a, b, k) for a, b, k in zip(widths[:-1], widths[1:], kernels)])
        self.adapt = layer(widths[0], widths[-1], 1) if widths[0] != widths[-1] else nn.Identity()

    def forward(self, x):
        return torch.relu(self.layers(x) + self.adapt(x))


def resized(x, like):
    return functional.interpolate(x, like.shape[2:], mode="bilinear", align_corners=True)


class Exchange(nn.Module):
    """Residual blocks in each branch, then every branch gets the sum of all, brought to its size."""

    def __init__(self, widths: list):
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Sequential(*[Residual([width] * 3, [3, 3]) for _ in range(BLOCKS)]) for width in widths
        )

        def path(start: int, end: int):
            if start == end:
                return nn.Identity()
            if start > end:
                return layer(widths[start], widths[end], 1)
            steps = [layer(widths[start], widths[start], 3, 2, activated=True) for _ in range(end - start - 1)]
            return nn.Sequential(*steps, layer(widths[start], widths[end], 3, 2))

        count = range(len(widths))
        self.paths = nn.ModuleList(nn.ModuleList(path(start, end) for start in count) for end in count)

    def forward(self, maps):
        maps = [branch(x) for branch, x in zip(self.branches, maps)]
        results = []
        for end, paths in enumerate(self.paths):
            parts = [path(x) for path, x in zip(paths, maps)]
            parts = [resized(x, maps[end]) if start > end else x for start, x in enumerate(parts)]
            results.append(torch.relu(sum(parts[1:], parts[0])))
        return results


class HRNet(nn.Module):
    """The prediction is four times smaller than the image."""

    def __init__(self, width: int):
        super().__init__()
        wide = 4 * STEM
        first = [Residual([STEM if i == 0 else wide, STEM, STEM, wide], [1, 3, 1]) for i in range(4)]
        self.stem = nn.Sequential(layer(1, STEM, 3, 2), layer(STEM, STEM, 3, 2, activated=True), *first)
        self.transitions, self.stages = nn.ModuleList(), nn.ModuleList()
        before = [wide]
        for modules in MODULES:
            after = [width * 2**branch for branch in range(len(before) + 1)]
            ways = [nn.Identity() if a == b else layer(a, b, 3, activated=True) for a, b in zip(before, after)]
            self.transitions.append(nn.ModuleList([*ways, layer(before[-1], after[-1], 3, 2, activated=True)]))
            self.stages.append(nn.Sequential(*[Exchange(after) for _ in range(modules)]))
            before = after
        self.head = nn.Conv2d(sum(before), 1, 1)

    def forward(self, image):
        maps = [self.stem(image)]
        for ways, stage in zip(self.transitions, self.stages):
            maps = stage([way(x) for way, x in zip(ways, [*maps, maps[-1]])])
        return self.head(torch.cat([resized(x, maps[0]) for x in maps], 1))
