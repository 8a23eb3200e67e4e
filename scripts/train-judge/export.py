"""export.py CHECKPOINT OUT.safetensors: folds batch normalization into the convolutions and keeps half precision."""
import sys

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from network import Judge


def folded(net):
    """The same network whose normalizations do nothing, and the tensors of its convolutions by the names that TypeScript knows."""
    tensors = {}
    for name, module in net.named_modules():
        if isinstance(module, nn.Sequential):
            c, n = module
            scale = n.weight / (n.running_var + n.eps).sqrt()
            tensors[f"{name}.weight"] = c.weight * scale[:, None, None, None]; tensors[f"{name}.bias"] = n.bias - n.running_mean * scale
        elif isinstance(module, (nn.Conv2d, nn.Linear)) and name in ("attributes", "map", "scene"):
            tensors[f"{name}.weight"], tensors[f"{name}.bias"] = module.weight, module.bias
    return {k: v.detach().half().contiguous() for k, v in tensors.items()}


def opened(file):
    """The exported judge as a network: batch normalizations replaced by the convolutions' biases."""
    net = Judge().eval(); tensors = {k: v.float() for k, v in load_file(file).items()}
    for name, module in list(net.named_modules()):
        if isinstance(module, nn.Sequential):
            c = module[0]
            plain = nn.Conv2d(c.in_channels, c.out_channels, c.kernel_size, c.stride, c.padding)
            plain.weight.data, plain.bias.data = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
            module[0], module[1] = plain, nn.Identity()
    for name in ("attributes", "map", "scene"):
        module = getattr(net, name); module.weight.data, module.bias.data = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
    return net


if __name__ == "__main__":
    net = Judge().eval(); net.load_state_dict(torch.load(sys.argv[1]))
    save_file(folded(net), sys.argv[2])
    with torch.no_grad():
        x = torch.rand(4, 3, 128, 128) * 2 - 1
        print("folding and half precision move the outputs by at most", max((a - b).abs().max().item() for a, b in zip(net(x), opened(sys.argv[2])(x))))
