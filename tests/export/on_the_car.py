"""What the car's program does with its folder, for Python 3.6 and the car's own library.

Arguments: a file of pictures (BGR, uint8, ``(N, H, W, 3)``), and folders, which get ``codes.npy``
and ``logits.npy``.
"""

import json
import sys

import numpy as np
import segmentation_models_pytorch as smp
import torch

mean = torch.tensor([0.485, 0.456, 0.406][::-1])
std = torch.tensor([0.229, 0.224, 0.225][::-1])
for folder in sys.argv[2:]:
    with open(folder + "/manifest.json", encoding="utf-8") as file:
        manifest = json.load(file)
    model = eval(manifest["load"].replace("(", "(encoder_weights=None, ", 1))
    model.load_state_dict(torch.load(folder + "/" + manifest["name"] + ".pth"))
    model = model.eval()
    codes, logits = [], []
    for picture in np.load(sys.argv[1]):
        image = torch.from_numpy(picture.transpose(2, 0, 1).copy()).float().div(255)
        image.sub_(mean[:, None, None]).div_(std[:, None, None])
        with torch.no_grad():
            codes.append(model(image[None])[0].numpy().astype(np.uint8))
            features = model.decoder(*model.encoder(image[None]))
            head = torch.nn.Sequential(*list(model.segmentation_head)[:-1])
            logits.append(head(features)[0].numpy())
    np.save(folder + "/codes.npy", np.stack(codes))
    np.save(folder + "/logits.npy", np.stack(logits))
print("smp", smp.__version__, "torch", torch.__version__)
