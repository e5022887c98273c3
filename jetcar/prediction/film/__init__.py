"""Moving pictures: from a film, a camera, a stream or frames in a folder to a film of masks."""
