"""The deep decoder: what it is made of."""

from dataclasses import dataclass
from typing import ClassVar

from paddle_dip.problem.networks.config import Convolution, NetworkConfig, check_widths, network_size


@dataclass(frozen=True)
class DeepDecoderConfig(NetworkConfig):
    """The deep decoder: 1x1 convolutions and bilinear enlargement of a small z; fewer parameters than pixels.

    Source: Heckel and Hand, "Deep Decoder", 2019, and its authors' decodernw, which has one layer more behind the last enlargement.
    """

    width: int = 128  # channels of every layer
    scales: int = 5  # how often z is doubled to become the image
    input_depth: int = 128  # channels of z

    kept: ClassVar[float] = 1.3

    def __post_init__(self):
        check_widths(width=(self.width,), scales=(self.scales,), input_depth=(self.input_depth,))

    @classmethod
    def examples(cls) -> dict[str, NetworkConfig]:
        return {"deep-decoder": cls()}

    def input_shape(self, height: int, width: int) -> tuple[int, int, int, int]:
        """Return the shape of z for a canvas of that size: as small as makes the canvas when doubled `scales` times."""
        rows, columns = network_size((height, width), self.scales)
        return 1, self.input_depth, rows >> self.scales, columns >> self.scales

    def scale_convolutions(self, channels: int, pixels: list[int]) -> list[Convolution]:
        """Return every convolution. pixels: of the image at every scale, the finest first; channels: the image's."""
        first = Convolution(self.input_depth, self.width, 1, pixels[-1], passes=2)
        others = [Convolution(self.width, self.width, 1, places) for places in pixels[:-1]]
        return [first, *others, Convolution(self.width, channels, 1, pixels[0])]
