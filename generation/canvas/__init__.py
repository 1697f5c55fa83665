"""What a canvas is, as plain functions: its commands, its document, its pixels. static/js/canvas is the same in the
browser, and tests/fixtures/canvas_walk.json holds the two together. (decision 40)"""
