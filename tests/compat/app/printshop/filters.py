"""The filters, registered with further keywords."""

from __future__ import annotations

from printshop.common.enums import FilterType
from printshop.common.factories import FilterFactory


class Filter:
    """Changes a picture."""

    common = False


@FilterFactory.register(FilterType.GRAY, tags=("colour", "cheap"))
class Gray(Filter):
    """Takes colours away."""


@FilterFactory.register(FilterType.SEPIA, 3, tags=("colour",))
class Sepia(Filter):
    """Makes it old."""


@FilterFactory.register_all(FilterType.CROP, FilterType.TRIM, common=True)
class Cut(Filter):
    """Cuts edges."""


@FilterFactory.register_all(FilterType.BLUR, "smooth", override_priority=1)
class Blur(Filter):
    """Hides things."""


@FilterFactory.register(FilterType.GRAY)
class SecondGray(Filter):
    """Comes too late."""
