"""How good the model is, measured: `python -m gpu_worker.evaluation`. Serving never loads this, and nothing imports it.

labels          what is asked of a picture, and the verdict on an answer
judge           the command that trains the judge; judge_net, augment, scene_source are what it is made of
judging         the judge at work
statistics, yardstick   shares, paired intervals, Fréchet and kernel distances, and over which features
drawing         pictures for many prompts at once, with one piece of the model left out or exchanged
study           what all parts share, and what is kept to go on from
parts           what is measured, one module for each kind
report, plots, sheets   the JSON and the page
"""
