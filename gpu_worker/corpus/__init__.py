"""The pictures and words the bundled model is trained on: captioned scenes, composed from openly licensed drawings.

    fetch, sources      the drawings, installed by npm, pip and apt at pinned versions   (needs the registries)
    pack, clipart, grow, analysis  one atlas of sprites, with what the composer must know of each  (needs resvg-py)
    subjects, grammar   what there is to draw, and its English
    plan, layout, heldout, vocabulary   what is in each scene and where, as numpy arrays
    stage, places, weather, materials, strokes, lines, cells, prints, styles, compose   the painters, batched torch
    captions, scenes    the sentences and facts; `Corpus.batch(seed, size, count, device)` is what training calls
    pairs, mitigations  minimal pairs for CLIP; filtering, re-weighting, near-duplicates
    sheet, speed, shares   to look at it, to time it, and how often everything is drawn

Composing needs torch, numpy and Pillow, nothing else of this project, and no network.
"""
