"""What TensorBoard reads besides scalars: pictures, and hyper-parameters with their score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2

from jetcar.data.pictures import Pixels
from jetcar.wording import printable

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary

NO_HYPER_PARAMETERS = {
    *("name", "runs", "resume", "mirror", "predict", "logger", "tensorboard"),
    *("data.source", "data.root", "data.workers", "data.cache", "data.remap"),
    *("trainer.device", "trainer.checkpoint_minutes"),
}
"""Settings that say where and how, and cannot change a score."""

LONGEST_TEXT = 1000


def photo_summary(tag: str, image: Pixels) -> Summary:
    """A picture as JPEG, a quarter of the size of a PNG; RGB, shape ``(H, W, 3)``, uint8."""
    sampling = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    return _picture(tag, image, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, 85, *sampling])


def drawing_summary(tag: str, image: Pixels) -> Summary:
    """A drawing as PNG; RGB, shape ``(H, W, 3)``, uint8."""
    return _picture(tag, image, ".png", [cv2.IMWRITE_PNG_COMPRESSION, 9])


def _picture(tag: str, image: Pixels, suffix: str, how: list[int]) -> Summary:
    from tensorboard.compat.proto.summary_pb2 import Summary

    done, data = cv2.imencode(suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), how)
    if not done:
        raise ValueError(f"OpenCV cannot encode a picture of shape {image.shape}")
    height, width = image.shape[:2]
    picture = Summary.Image(
        height=height, width=width, colorspace=3, encoded_image_string=data.tobytes()
    )
    return Summary(value=[Summary.Value(tag=tag, image=picture)])


def hyper_parameters(settings: dict[str, Any], prefix: str = "") -> dict[str, bool | float | str]:
    """The settings that decide what a network learns, by their dotted names."""
    found: dict[str, bool | float | str] = {}
    for key, value in settings.items():
        name = f"{prefix}{key}"
        if name in NO_HYPER_PARAMETERS:
            continue
        if isinstance(value, dict):
            found |= hyper_parameters(value, f"{name}.")
        else:
            found[name] = value if isinstance(value, (bool, int, float)) else _typed(value)
    return found


def _typed(value: Any) -> str:
    return "null" if value is None else printable(value, LONGEST_TEXT)


def result_summaries(settings: dict[str, Any], results: dict[str, float]) -> list[Summary]:
    """Hyper-parameters and final scores, for TensorBoard's tab HPARAMS.

    Args:
        settings: All settings.
        results: Final values by their tag.
    """
    from tensorboard.compat.proto.summary_pb2 import Summary
    from torch.utils.tensorboard.summary import hparams

    scalars = [Summary.Value(tag=tag, simple_value=value) for tag, value in results.items()]
    shown = hparams(hyper_parameters(settings), results)  # type: ignore[no-untyped-call]
    return [*shown, Summary(value=scalars)]
