"""A listener that can be waited for."""

from collections.abc import Callable

import pytest
from heard import Heard, until as wait_until


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def hear() -> type[Heard]:
    """For tests that need several listeners."""
    return Heard


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Waits until a condition holds."""
    return wait_until
