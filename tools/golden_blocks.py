"""Residual blocks as the scripts that make golden numbers have them."""
import torch
from torch import nn


class Block(nn.Module):
    """A residual block; a transposed 2x2 convolution where maps are doubled."""

    def __init__(self, kind, inputs, width, outputs, size):
        super().__init__()
        stride = {'kept': 1, 'halved': 2, 'doubled': 2}[size]
        self.kind = kind

        def sized(a, b):
            if size == 'doubled':
                return nn.ConvTranspose2d(a, b, 2, 2, bias=False)
            return nn.Conv2d(a, b, 3, stride, 1, bias=False)

        if kind == 'basic':
            self.conv1, self.conv2 = sized(inputs, outputs), nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
            self.bn1, self.bn2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        else:
            self.conv1, self.bn1 = nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = sized(width, width), nn.BatchNorm2d(width)
            self.conv3, self.bn3 = nn.Conv2d(width, outputs, 1, bias=False), nn.BatchNorm2d(outputs)
        if size != 'kept' or inputs != outputs:
            past = (
                nn.ConvTranspose2d(inputs, outputs, 2, 2, bias=False)
                if size == 'doubled'
                else nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            )
            self.downsample = nn.Sequential(past, nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.kind == 'bottleneck':
            y = self.bn3(self.conv3(torch.relu(y)))
        return torch.relu(y + (self.downsample(x) if hasattr(self, 'downsample') else x))
