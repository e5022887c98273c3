"""From a checkpoint to files that other programs load: the car's folder, ONNX, TorchScript."""
