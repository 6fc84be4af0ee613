"""A region of Customer.io that does not exist is refused at once."""

from __future__ import annotations

import pytest

from collectors.customerio import CustomerioClient
from collectors.errors import UnusableSetting
from tests.collectors_cast import KEY


def test_a_region_that_does_not_exist_is_refused_at_once() -> None:
    with pytest.raises(UnusableSetting, match="mars"):
        CustomerioClient(KEY, region="mars")
    assert CustomerioClient(KEY, region="eu").address("/campaigns") == "https://api-eu.customer.io/v1/campaigns"
