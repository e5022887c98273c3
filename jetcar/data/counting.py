"""Which classes each picture shows, in pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jetcar.classes import IGNORED
from jetcar.data.batches import Pictures
from jetcar.data.order import Order
from jetcar.data.pictures import count_values
from jetcar.errors import UserError
from jetcar.progress import progress

CHUNK = 16
"""Pictures that are read together."""


def count_codes(pictures: Pictures) -> npt.NDArray[np.int64]:
    """Pixels of each code in each picture, at the size at which the network sees it.

    Returns:
        Shape ``(N, 255)``; what counts nowhere is left out.

    Raises:
        UserError: a picture or a mask cannot be read.
    """
    counts = np.zeros((len(pictures), IGNORED), np.int64)
    with progress("counting the classes of pictures", len(pictures), "pictures") as advance:
        for start in range(0, len(pictures), CHUNK):
            indices = list(range(start, min(start + CHUNK, len(pictures))))
            batch = pictures[Order(0, indices)]
            if isinstance(batch, UserError):
                raise batch
            for i, mask in zip(indices, batch["mask"].numpy(), strict=True):
                counts[i] = count_values(mask)[:IGNORED]
            advance(len(indices))
    return counts
