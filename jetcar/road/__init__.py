"""What a mask means for steering: where the lane is on the ground, in millimetres.

``ground`` looks a mask up from above, ``classes`` says what is lane and what is a sign, ``lane``
follows the own lane, ``signs`` finds lines and arrows, ``free`` measures the free way where there
are no lanes, and ``meter`` compares all of it between truth and prediction. Numpy alone: no torch.
"""
