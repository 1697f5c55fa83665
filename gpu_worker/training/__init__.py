"""How the bundled model is trained: `python -m gpu_worker.training.clip`, then prior, decoder, upsampler, export.

Needs torch, numpy, safetensors and Pillow alone, so that it runs on a machine with nothing else. Every command takes
a budget of minutes, keeps its state in --out and goes on from there with --resume, to the same numbers as if it had
never stopped.
"""
