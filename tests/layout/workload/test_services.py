"""Catalogues: the presets are whole, and a planner's faults are named."""

import pytest

from layout.workload.services import Catalogue, read_preset
from outlet.data.toml import parse_model
from outlet.errors import InputError


@pytest.mark.parametrize("sector", ["bank", "telecom", "parcel", "retail"])
def test_presets_are_whole(sector):
    catalogue = read_preset(sector)
    assert catalogue.sector == sector
    assert sum(catalogue.shares.values()) == pytest.approx(1)
    assert all(entry.source for entry in (*catalogue.services, *catalogue.posts, *catalogue.day.profiles))
    assert all(sum(profile.shares()) > 0 for profile in catalogue.day.profiles)
    served = {service.post for service in catalogue.services} | {
        catalogue.triage.post if catalogue.triage else "teller"
    }
    assert served == {post.id for post in catalogue.posts if post.serves}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('post = "teller"\ndiverted', 'post = "nobody"\ndiverted', "'nobody' is no post with count = 'workload'"),
        ('post = "teller"\nsource', 'post = "guard"\nsource', "'guard' is no post with count"),
        ('id = "ask"', 'id = "pay"', "services: pay twice"),
        ('machine = "kiosk"', "", "pay: diverted needs a machine"),
        ("minutes = 10.0", "minutes = 0", "services.1.minutes = 0; expected Input should be greater than 0"),
        ("share = 3", "shares = 3", "found services.0.shares; expected a key"),
        ('"08:30" = 5', '"08:15" = 5', "'08:15' is not the start of a half hour"),
        ("schema = 1", "schema = ", "small.toml: found text that is not valid TOML"),
        ('kind = "sales"', 'kind = "sale"', "services.1.kind = 'sale'; expected Input should be 'strategic'"),
    ],
)
def test_faults_are_named(small_text, old, new, message):
    assert old in small_text
    with pytest.raises(InputError, match=r"small\.toml") as caught:
        parse_model(Catalogue, small_text.replace(old, new), "small.toml")
    assert message in str(caught.value)


def test_all_faults_at_once(small_text):
    text = small_text.replace("minutes = 10.0", "minutes = 0").replace("cv = 1.0", "cv = -1")
    with pytest.raises(InputError) as caught:
        parse_model(Catalogue, text, "small.toml")
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("sector", ["bank", "telecom", "parcel", "retail"])
def test_a_small_outlet_does_without_some_posts(sector):
    """No work is lost: every service has a post that serves, and a large outlet has all posts."""
    catalogue = read_preset(sector)
    whole, told = catalogue.without_small(1e6)
    assert (whole, told) == (catalogue, ())
    small, told = catalogue.without_small(10.0)
    gone = [post for post in catalogue.posts if post not in small.posts]
    assert gone
    assert all(any(post.name in note for note in told) for post in gone)
    serving = {post.id for post in small.posts if post.serves}
    assert {service.post for service in small.services} <= serving
    assert {name for post in small.posts for name in post.helps} <= serving
    assert small.triage is None or small.triage.post in serving
    assert small.shares == catalogue.shares


def test_a_post_that_serves_must_merge_into_one_that_stays(small_text):
    text = small_text.replace("minimum = 1\nsource", "minimum = 1\nfrom_visits = 50\nsource", 1)
    with pytest.raises(InputError, match="teller: from_visits needs merge_into"):
        parse_model(Catalogue, text, "small.toml")
