"""How good the model is, measured: `python -m gpu_worker.evaluation`. Serving never loads this, and nothing imports it.

labels          what is asked of a picture, and the verdict on an answer
judge, judge_net, judging, augment   the judge: trained apart from the generator, on scenes of its own
statistics      shares, paired intervals, Fréchet and kernel distances
drawing         pictures for many prompts at once, with the nets of a set
"""
