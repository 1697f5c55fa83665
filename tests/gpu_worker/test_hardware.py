import pytest
import torch

from gpu_worker.engines import hardware


@pytest.fixture
def eight_cores(monkeypatch, tmp_path):
    monkeypatch.setattr(hardware.os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    monkeypatch.setattr(hardware, "CGROUP_LIMIT", tmp_path / "cpu.max")
    return tmp_path / "cpu.max"


@pytest.mark.parametrize(
    ("limit", "cores"),
    [
        ("max 100000", 8),
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("10000 100000", 1),
        ("9900000 100000", 8),
        ("", 8),
    ],
)
def test_a_containers_quota_counts(eight_cores, limit, cores):
    eight_cores.write_text(limit)
    assert hardware.available_cores() == cores


def test_without_a_container_all_cores_count(eight_cores):
    assert hardware.available_cores() == 8


def test_threads_can_be_limited_by_the_environment(eight_cores, monkeypatch):
    asked = []
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    monkeypatch.setenv("GPU_WORKER_THREADS", "3")
    assert hardware.limit_threads() == 3
    monkeypatch.setenv("GPU_WORKER_THREADS", "")
    assert hardware.limit_threads() == 8
    assert asked == [3, 8]


def test_precision_is_halved_only_where_the_chip_multiplies_it(monkeypatch):
    cpu = torch.device("cpu")
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False, raising=False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False, raising=False)
    assert hardware.choose_dtype(cpu) is torch.float32
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: True, raising=False)
    assert hardware.choose_dtype(cpu) is torch.bfloat16
    monkeypatch.delattr(torch.cpu, "_is_amx_tile_supported")
    assert hardware.choose_dtype(cpu) is torch.float32
