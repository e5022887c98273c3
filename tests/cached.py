"""What a cache of decoded pictures must hold."""

from jetcar.data.codes import read_pair

SIDE = 32


def holds_what_the_files_hold(reader, pairs, indices):
    """Whether a reader gives what decoding the files themselves does."""
    images, masks = reader.read(indices)
    for i, image, mask in zip(indices, images, masks, strict=True):
        wanted = read_pair(pairs.images[i], pairs.masks[i], SIDE, SIDE)
        if not ((image == wanted[0]).all() and (mask == wanted[1]).all()):
            return False
    return True
