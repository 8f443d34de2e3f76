"""One case of the group `tensors` with PyTorch: worker.py '<case as JSON>' <sizes as JSON> <threads>."""
import json
import resource
import sys
import time

import torch

from networks import Network, VisionTransformer

case, sizes, threads = json.loads(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(0)
shape = [case["batch"], case["channels"], *case["space"]]
count = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
image = (torch.sin(count * 12.9898) * 0.5 + 0.5).float().reshape(shape)
if case["network"] == "vit":
    network = VisionTransformer(case["channels"], case["space"], **sizes["vit"])
    target = torch.arange(case["batch"]) % sizes["vit"]["classes"]
    loss = torch.nn.CrossEntropyLoss()
else:
    network = Network(len(case["space"]), sizes["maps"], case["normalization"], case["network"] == "resunet")
    target = (torch.sin(count * 0.01) > 0).float().reshape(shape)
    loss = torch.nn.BCEWithLogitsLoss()

if case["mode"] == "train":
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.02)

    def work() -> float:
        optimizer.zero_grad(set_to_none=True)
        value = loss(network(image), target)
        value.backward()
        optimizer.step()
        return value.item()
else:
    network.eval()

    def work() -> float:
        with torch.inference_mode():
            return network(image).flatten()[0].item()


def tell(**values) -> None:
    print(json.dumps(values), flush=True)


tell(ready=1, parameters=sum(parameter.numel() for parameter in network.parameters()))
for line in sys.stdin:
    if line.strip() == "end":
        break
    start, before = time.perf_counter(), time.process_time()
    work()
    cpu = time.process_time() - before
    tell(ms=(time.perf_counter() - start) * 1000, cpu=cpu * 1000)
tell(peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
