"""A small catalogue: two services at one counter, one of them half diverted, and a guard."""

import pytest

from layout.workload.services import Catalogue
from outlet.data.toml import parse_model

SMALL = """
schema = 1
sector = "bank"

[[services]]
id = "pay"
name = "Paying"
kind = "routine"
share = 3
minutes = 4.0
cv = 1.0
channels = ["counter", "self_service"]
post = "teller"
diverted = 0.5
machine = "kiosk"
machine_minutes = 2.0
source = "test"

[[services]]
id = "ask"
name = "Asking"
kind = "sales"
share = 1
minutes = 10.0
cv = 0.5
value = 8.0
channels = ["counter"]
post = "teller"
source = "test"

[[posts]]
id = "teller"
name = "Teller"
zone = "counters"
count = "workload"
minimum = 1
source = "test"

[[posts]]
id = "guard"
name = "Guard"
zone = "security"
count = "presence"
minimum = 1
days = ["mon"]
source = "test"

[day]
opening_hours = { mon = [["09:00", "12:00"]], tue = [["09:00", "11:00"]] }
weekday_factors = { mon = 3, tue = 1 }
source = "test"

[[day.profiles]]
days = ["mon", "tue"]
weights = { "08:30" = 5, "09:00" = 1, "09:30" = 2, "10:00" = 3, "10:30" = 2, "11:00" = 1, "11:30" = 1 }
source = "test"
"""


@pytest.fixture
def small_text():
    return SMALL


@pytest.fixture
def catalogue():
    return parse_model(Catalogue, SMALL, "small.toml")
