"""Networks that do not take a run's pictures say so before anything is trained."""

import pytest
import timm
import torch

from jetcar.errors import UserError
from jetcar.model.network import Architecture
from jetcar.model.suits import refuse_unsuited


def test_an_encoder_that_normalises_after_pooling_takes_no_batch_of_one():
    resnest = Architecture("unet", "tu-resnest14d", 4)
    with pytest.raises(
        UserError, match=r"A batch of 1 picture of 64 x 64 .* in unet on tu-resnest14d"
    ):
        refuse_unsuited(resnest, 1, 64, 64)
    refuse_unsuited(resnest, 2, 64, 64)


def test_an_encoder_of_a_fixed_size_names_it():
    swin = Architecture("unet", "tu-swinv2_cr_tiny_224", 4)
    with pytest.raises(UserError, match=r"64 x 64 pixels \(.*224.*\)\. Use data\.image_size=224"):
        refuse_unsuited(swin, 2, 64, 64)


def test_deeplabv3plus_pools_a_picture_to_one_value_and_takes_no_batch_of_one():
    deeplab = Architecture("deeplabv3plus", "mobilenet_v2", 4)
    with pytest.raises(UserError, match=r"in deeplabv3plus on mobilenet_v2\. Use a larger data"):
        refuse_unsuited(deeplab, 1, 64, 64)
    refuse_unsuited(deeplab, 2, 64, 64)


def test_a_decoder_that_an_encoder_does_not_fit_is_told_before_any_data():
    with pytest.raises(UserError, match=r"mit_b0 .* fit linknet .*not supported.* Choose another"):
        refuse_unsuited(Architecture("linknet", "mit_b0", 4), 2, 64, 64)


@pytest.mark.skipif(not timm.is_model("starnet_s1"), reason="this timm has no encoder that does so")
def test_what_is_refused_without_a_word_is_told_too():
    with pytest.raises(UserError, match=r"starnet_s1 does not fit deeplabv3plus \(the library has"):
        refuse_unsuited(Architecture("deeplabv3plus", "tu-starnet_s1", 4), 2, 64, 64)


def test_the_trial_draws_no_random_number():
    before = torch.get_rng_state()
    refuse_unsuited(Architecture("unet", "tu-test_efficientnet", 4), 2, 32, 32)
    assert torch.equal(torch.get_rng_state(), before)
