"""U-Net and residual U-Net in PyTorch, with the layers and sizes of the project's own."""
import torch
from torch import nn


class Layers:
    """Layer classes for images of two or three axes."""

    def __init__(self, ndim: int, normalization: str):
        self.conv = {2: nn.Conv2d, 3: nn.Conv3d}[ndim]
        self.transposed = {2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}[ndim]
        self.pool = {2: nn.MaxPool2d, 3: nn.MaxPool3d}[ndim]
        self.norm = {
            ("bn", 2): nn.BatchNorm2d,
            ("bn", 3): nn.BatchNorm3d,
            ("in", 2): nn.InstanceNorm2d,
            ("in", 3): nn.InstanceNorm3d,
        }[normalization, ndim]

    def block(self, inputs: int, outputs: int) -> nn.Sequential:
        """Convolution, normalisation, activation."""
        return nn.Sequential(self.conv(inputs, outputs, 3, padding=1), self.norm(outputs), nn.ELU())

    def double(self, inputs: int, outputs: int) -> nn.Sequential:
        return nn.Sequential(self.block(inputs, outputs), self.block(outputs, outputs))


class Residual(nn.Module):
    """Activation first; a shortcut of one pixel."""

    def __init__(self, layers: Layers, inputs: int, outputs: int, first: bool = False):
        super().__init__()
        lead = [] if first else [layers.norm(inputs), nn.ELU()]
        last = layers.conv(outputs, outputs, 3, padding=1)
        self.block = nn.Sequential(*lead, layers.block(inputs, outputs), last)
        self.shortcut = layers.conv(inputs, outputs, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.block(x) + self.shortcut(x)


class Network(nn.Module):
    """The U shape; `residual` says which blocks."""

    def __init__(self, ndim: int, maps: list, normalization: str, residual: bool):
        super().__init__()
        layers = Layers(ndim, normalization)
        levels = len(maps) - 1
        inputs = [1] + maps[:-1]
        if residual:
            self.encoder = nn.ModuleList(
                Residual(layers, inputs[i], maps[i], first=i == 0) for i in range(levels)
            )
            self.bottleneck = Residual(layers, maps[-2], maps[-1])
            self.up = nn.ModuleList(layers.transposed(maps[i + 1], maps[i + 1], 2, 2) for i in range(levels))
            self.decoder = nn.ModuleList(Residual(layers, maps[i + 1] + maps[i], maps[i]) for i in range(levels))
        else:
            self.encoder = nn.ModuleList(layers.double(inputs[i], maps[i]) for i in range(levels))
            self.bottleneck = layers.double(maps[-2], maps[-1])
            self.up = nn.ModuleList(
                nn.Sequential(layers.transposed(maps[i + 1], maps[i], 2, 2), layers.norm(maps[i]), nn.ELU())
                for i in range(levels)
            )
            self.decoder = nn.ModuleList(layers.double(2 * maps[i], maps[i]) for i in range(levels))
        self.pool = layers.pool(2)
        self.head = layers.conv(maps[0], 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skips = []
        for block in self.encoder:
            x = block(x)
            skips.append(x)
            x = self.pool(x)
        x = self.bottleneck(x)
        for i in reversed(range(len(skips))):
            x = self.decoder[i](torch.cat([self.up[i](x), skips[i]], 1))
        return self.head(x)
