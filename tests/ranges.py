"""Changes of pictures with every part of them switched on."""

from jetcar.data.augment import AugmentRange

RANGES = AugmentRange(
    tilt=15,
    zoom=(0.5, 2),
    shift=1,
    outside="reflect",
    brightness=0.2,
    contrast=0.2,
    noise=0.03,
    spot=0.25,
)
