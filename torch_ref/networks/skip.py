"""The skip ("hourglass") network of the Deep Image Prior."""

from typing import Any, cast

import torch
from torch import nn

from paddle_dip.problem.networks import SkipConfig
from torch_ref.layers import ConvBlock, Merge
from torch_ref.precision import products


class Scale(nn.Module):
    """One scale of the network: the way down, the skip branch beside it, the merge and the way up."""

    def __init__(self, config: SkipConfig, index: int, inputs: int, deeper: int):
        super().__init__()
        style: dict[str, Any] = {"pad": config.pad, "activation": config.activation, "slope": config.slope}
        down, up, skip = config.down[index], config.up[index], config.skip[index]
        self.skip = ConvBlock(inputs, skip, 1, **style) if skip else None
        self.down1 = ConvBlock(inputs, down, config.down_kernel, stride=2, downsampling=config.downsampling, **style)
        self.down2 = ConvBlock(down, down, config.down_kernel, **style)
        self.coarse = config.up_grid == "coarse"
        enlarged = up if self.coarse else deeper
        self.merge = Merge(skip, enlarged, upsampling=config.upsampling_at(index))
        self.up1 = ConvBlock(deeper if self.coarse else skip + deeper, up, config.up_kernel, **style)
        self.up2 = ConvBlock(skip + up if self.coarse else up, up, 1, **style) if config.up_1x1 else None


class Skip(nn.Module):
    """z, [1, input_depth, H, W], to an image, [1, channels, H, W] in [0, 1].

    H and W: as in config.input_shape, multiples of 2 ** (number of scales).
    Trainable parameters: 2,217,831 with the paper's configuration and 3 channels. Source: the reference's models/skip.py.
    """

    def __init__(self, config: SkipConfig, channels: int):
        super().__init__()
        last = config.scales - 1
        inputs = (config.input_depth, *config.down)
        self.scales = nn.ModuleList(
            [Scale(config, i, inputs[i], config.up[i + 1] if i < last else config.down[i]) for i in range(last + 1)]
        )
        self.head = nn.Conv2d(config.up[0], channels, 1)
        self.bf16 = False  # multiply in bfloat16 inside the convolutions

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        with products(z, bf16=self.bf16):
            image = self.head(self._scale(z, 0))
        return torch.sigmoid(image.to(z.dtype))

    def _scale(self, x: torch.Tensor, index: int) -> torch.Tensor:
        scale = cast(Scale, self.scales[index])
        deeper = scale.down2(scale.down1(x))
        if index + 1 < len(self.scales):
            deeper = self._scale(deeper, index + 1)
        skip = scale.skip(x) if scale.skip is not None else None
        x = scale.merge(skip, scale.up1(deeper)) if scale.coarse else scale.up1(scale.merge(skip, deeper))
        return scale.up2(x) if scale.up2 is not None else x
