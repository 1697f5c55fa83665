"""The Images API: the contract of the retired `dall-e-2`, for code that was written for it."""

from generation.api.application import Api

__all__ = ["Api"]
