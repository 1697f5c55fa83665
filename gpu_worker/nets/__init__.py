"""The networks of unCLIP. None of them knows how it is sampled: that is gpu_worker.diffusion."""
