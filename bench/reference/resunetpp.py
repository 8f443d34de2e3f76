"""ResUNet++ (D. Jha et al., ISM 2019) as BiaPy defines it, with batch normalisation and ELU."""
import torch
from torch import nn


def conv(inputs: int, outputs: int, dilation: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation)


class Residual(nn.Module):
    """Activation first, but for the first block; the shortcut is a normalised convolution."""

    def __init__(self, inputs: int, outputs: int, first: bool = False):
        super().__init__()
        lead = [] if first else [nn.BatchNorm2d(inputs), nn.ELU()]
        layers = [conv(inputs, outputs), nn.BatchNorm2d(outputs), nn.ELU(), conv(outputs, outputs)]
        self.block = nn.Sequential(*lead, *layers)
        self.shortcut = nn.Sequential(conv(inputs, outputs), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return self.block(x) + self.shortcut(x)


class SqueezeExcitation(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        hidden = width // 16
        self.gate = nn.Sequential(
            nn.Linear(width, hidden, bias=False), nn.ReLU(), nn.Linear(hidden, width, bias=False), nn.Sigmoid()
        )

    def forward(self, x):
        return x * self.gate(x.mean([2, 3]))[:, :, None, None]


class AtrousPyramid(nn.Module):
    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Sequential(conv(inputs, outputs, rate), nn.ReLU(), nn.BatchNorm2d(outputs)) for rate in (6, 12, 18)
        )
        self.output = nn.Conv2d(3 * outputs, outputs, 1)

    def forward(self, x):
        return self.output(torch.cat([branch(x) for branch in self.branches], 1))


class EncoderAttention(nn.Module):
    def __init__(self, encoder: int, decoder: int):
        super().__init__()
        self.encoder = nn.Sequential(nn.BatchNorm2d(encoder), nn.ReLU(), conv(encoder, decoder), nn.MaxPool2d(2))
        self.decoder = nn.Sequential(nn.BatchNorm2d(decoder), nn.ReLU(), conv(decoder, decoder))
        self.weight = nn.Sequential(nn.BatchNorm2d(decoder), nn.ReLU(), nn.Conv2d(decoder, 1, 1))

    def forward(self, encoder, decoder):
        return decoder * self.weight(self.encoder(encoder) + self.decoder(decoder))


class ResUNetPlusPlus(nn.Module):
    def __init__(self, maps: list):
        super().__init__()
        depth = len(maps) - 2
        levels = range(depth)
        self.first = Residual(1, maps[0], first=True)
        self.encoder = nn.ModuleList(Residual(maps[i], maps[i + 1]) for i in levels)
        self.excitations = nn.ModuleList(SqueezeExcitation(maps[i]) for i in levels)
        self.pool = nn.MaxPool2d(2)
        self.bridge = AtrousPyramid(maps[depth], maps[depth + 1])
        self.attentions = nn.ModuleList(EncoderAttention(maps[i], maps[i + 2]) for i in levels)
        self.up = nn.ModuleList(nn.ConvTranspose2d(maps[i + 2], maps[i + 2], 2, 2) for i in levels)
        self.decoder = nn.ModuleList(Residual(maps[i + 2] + maps[i], maps[i + 1]) for i in levels)
        self.end = AtrousPyramid(maps[1], maps[0])
        self.head = nn.Conv2d(maps[0], 1, 1)

    def forward(self, image):
        x = self.first(image)
        skips = []
        for i, block in enumerate(self.encoder):
            excited = self.excitations[i](x)
            skips.append(excited if i == 0 else self.pool(excited))
            x = block(skips[-1])
        y = self.bridge(self.pool(x))
        for i in reversed(range(len(skips))):
            weighed = self.attentions[i](skips[i], y)
            y = self.decoder[i](torch.cat([self.up[i](weighed), skips[i]], 1))
        return self.head(self.end(y))
