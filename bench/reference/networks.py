"""U-Net, residual U-Net and vision transformer in PyTorch, with the layers and sizes of the project's own."""
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


class Attention(nn.Module):
    """Heads over one joint projection, as in timm."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n, tokens, width = x.shape
        q, k, v = self.qkv(x).reshape(n, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        weights = ((q * self.scale) @ k.transpose(-2, -1)).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(n, tokens, width))


class TransformerBlock(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    def __init__(self, channels: int, space: list, patch: int, width: int, heads: int, depth: int, classes: int):
        super().__init__()
        tokens = (space[0] // patch) * (space[1] // patch)
        self.patches = nn.Conv2d(channels, width, patch, patch)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.randn(1, tokens + 1, width) * 0.02)
        self.blocks = nn.Sequential(*[TransformerBlock(width, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), tokens], 1) + self.pos_embed
        return self.head(self.norm(self.blocks(x))[:, 0])
