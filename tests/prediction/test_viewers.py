"""Names that the Windows tools ask for, and those that masks get."""

import pytest

from jetcar.prediction.viewers import VIEWERS


@pytest.mark.parametrize(
    ("layout", "image", "mask"),
    [
        ("streetmaker", "img_i032_l004_s000_d0_s0_a0_b0_c0_r1_n0.jpg", "pred_i032_l004_s000_d0"),
        ("streetmaker", "Img_0001_z1.00_t05_b1.0_c0.0_n00.jpg", "Pred_0001_z1.00_t05"),
        ("streetmaker", "317_297_d47b.jpg", "317_297_d47b.png"),
        ("streetmaker", "IMG_my_img_2.jpg", "PRED_my_pred_2.png"),  # it replaces each img_
        ("streetmaker", "Imgine.jpg", "Imgine.png"),  # no img_
        ("imagesegmenter", "317_297_d47b.jpg", "317_297_d47b.png"),
        ("imagesegmenter", "IMG_0001.JPG", "IMG_0001.png"),  # a camera's name is a recording's name
        ("plain", "Img_x.jpg", "Pred_x.png"),
    ],
)
def test_a_mask_has_the_name_that_the_tool_asks_for(layout, image, mask):
    viewer = VIEWERS[layout]
    name = viewer.name(f"/some/folder/{image}")
    assert name.startswith(mask)
    assert name.lower() == viewer.asks_for(f"/some/folder/{image}")


def test_prediction_stands_beside_the_data_set_and_pred_in_it(tmp_path):
    assert VIEWERS["streetmaker"].home(tmp_path / "DataSet") == tmp_path / "DataSet"
    assert VIEWERS["imagesegmenter"].home(tmp_path / "DataSet") == tmp_path
