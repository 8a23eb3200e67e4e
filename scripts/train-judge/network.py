"""The judge's network: a small U-Net of convolutions with batch normalization, which export folds away.

picture [B, 3, 128, 128] in [-1, 1] ->
  map [B, 16, 64, 64]: species logits (the background's first), logit of a creature's centre, offset to it (x, y; in cells)
  attributes [B, 52, 32, 32]: logits whose mean over a creature's cells says what it is (ATTRIBUTES, in order)
  scene [B, 16]: logits of place and time
"""
import torch
from torch import nn

import labelled_scenes as world

MAP = 1 + len(world.SPECIES) + 1 + 2
ATTRIBUTES = sum(len(v) for v in world.ATTRIBUTES.values())
SCENE = len(world.PLACES) + len(world.TIMES)
WIDTHS = (16, 40, 72, 96)  # at 64, 32, 16 and 8 cells to a side
DETAIL = 64
FOLD = 2  # cells of the map to a side of a cell of the attributes


def conv(a, b, k=3, stride=1): return nn.Sequential(nn.Conv2d(a, b, k, stride, k // 2, bias=False), nn.BatchNorm2d(b))


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first, self.second = conv(width, width), conv(width, width)

    def forward(self, x): return torch.relu(x + self.second(torch.relu(self.first(x))))


def unfold(x):
    """[B, 4 C, H, W] -> [B, C, 2 H, 2 W] in ONNX's order (DepthToSpace): channel (row * 2 + column) * C + c"""
    b, c, h, w = x.shape
    return x.reshape(b, FOLD, FOLD, c // FOLD ** 2, h, w).permute(0, 3, 4, 1, 5, 2).reshape(b, c // FOLD ** 2, h * FOLD, w * FOLD)


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        a, b, c, d = WIDTHS
        self.stem = conv(3, a, stride=2)
        self.to32, self.at32 = conv(a, b, stride=2), nn.ModuleList([Block(b)])
        self.to16, self.at16 = conv(b, c, stride=2), nn.ModuleList([Block(c), Block(c)])
        self.to8, self.at8 = conv(c, d, stride=2), nn.ModuleList([Block(d)])
        self.up16, self.back16 = conv(d, c, 1), conv(c, c)
        self.up32, self.back32 = conv(c, b, 1), Block(b)
        self.detail = conv(b, DETAIL)
        self.attributes, self.map, self.scene = nn.Conv2d(DETAIL, ATTRIBUTES, 1), nn.Conv2d(DETAIL, MAP * FOLD ** 2, 1), nn.Linear(d, SCENE)

    def forward(self, x):
        def through(blocks, y):
            for block in blocks: y = block(y)
            return y
        def up(y): return nn.functional.interpolate(y, scale_factor=2, mode="nearest")
        e32 = through(self.at32, torch.relu(self.to32(torch.relu(self.stem(x)))))
        e16 = through(self.at16, torch.relu(self.to16(e32)))
        e8 = through(self.at8, torch.relu(self.to8(e16)))
        d16 = torch.relu(self.back16(torch.relu(up(self.up16(e8)) + e16)))
        d32 = self.back32(torch.relu(up(self.up32(d16)) + e32))
        detail = torch.relu(self.detail(d32))
        return unfold(self.map(detail)), self.attributes(detail), self.scene(e8.mean((2, 3)))
