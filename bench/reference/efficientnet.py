"""EfficientNet B0 (M. Tan and Q. V. Le, ICML 2019) with torchvision's layers, in plain PyTorch."""
import torch
from torch import nn

# Expansion, kernel, stride, inputs, outputs, repeats: table 1 of the paper.
STAGES = [
    (1, 3, 1, 32, 16, 1),
    (6, 3, 2, 16, 24, 2),
    (6, 5, 2, 24, 40, 2),
    (6, 3, 2, 40, 80, 3),
    (6, 5, 1, 80, 112, 3),
    (6, 5, 2, 112, 192, 4),
    (6, 3, 1, 192, 320, 1),
]
DROP_PATH = 0.2


def layer(inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, activated: bool = True):
    conv = nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), *([nn.SiLU(inplace=True)] if activated else []))


class SqueezeExcitation(nn.Module):
    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(width, hidden, 1), nn.SiLU(), nn.Conv2d(hidden, width, 1), nn.Sigmoid()
        )

    def forward(self, x):
        return x * self.gate(x)


class Bottleneck(nn.Module):
    def __init__(self, expansion: int, kernel: int, stride: int, inputs: int, outputs: int, drop: float):
        super().__init__()
        wide = inputs * expansion
        self.block = nn.Sequential(
            *([layer(inputs, wide)] if expansion > 1 else []),
            layer(wide, wide, kernel, stride, groups=wide),
            SqueezeExcitation(wide, max(1, inputs // 4)),
            layer(wide, outputs, activated=False),
        )
        self.residual = stride == 1 and inputs == outputs
        self.keep = 1 - drop

    def forward(self, x):
        y = self.block(x)
        if not self.residual:
            return y
        kept = torch.empty([x.shape[0], 1, 1, 1]).bernoulli_(self.keep).div_(self.keep)
        return x + y * kept


class EfficientNetB0(nn.Module):
    def __init__(self, classes: int):
        super().__init__()
        parts = [layer(3, 32, 3, 2)]
        total, block = sum(stage[-1] for stage in STAGES), 0
        for expansion, kernel, stride, inputs, outputs, repeats in STAGES:
            for repeat in range(repeats):
                first = repeat == 0
                drop = DROP_PATH * block / total
                parts.append(Bottleneck(expansion, kernel, stride if first else 1, inputs if first else outputs, outputs, drop))
                block += 1
        self.features = nn.Sequential(*parts, layer(320, 1280))
        self.classifier = nn.Sequential(nn.Dropout(0.2, inplace=True), nn.Linear(1280, classes))

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3]))
