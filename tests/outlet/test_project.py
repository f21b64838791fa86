from __future__ import annotations

from pathlib import Path

import pytest

from outlet.errors import InputError, ProjectError
from outlet.project import DataPath, load_project, set_language

BASE = '[project]\nname = "Test"\nsector = "bank"\nas_of = 2026-01-05\n'


def write(folder: Path, text: str) -> Path:
    (folder / "outlet.toml").write_text(text, encoding="utf-8")
    return folder


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    settings = load_project(write(tmp_path, BASE)).settings
    assert (settings.timezone, settings.currency, settings.language, settings.seed) == ("UTC", "EUR", "en", 0)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "outlet.toml").write_text(BASE, encoding="utf-8-sig")
    assert load_project(tmp_path).settings.name == "Test"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BASE + 'colour = "red"', "unknown key project.colour"),
        (BASE + 'langage = "zh"', "unknown key project.langage; did you mean 'language'"),
        (BASE + "[sitting]", r"unknown section \[sitting\]; did you mean 'siting'"),
        (BASE + '[siting.data.demand.columns]\nweigth = "pop"', "demand.columns.weigth; did you mean 'weight'"),
        (BASE + 'timezone = "Europe/Helsinky"', "project.timezone = 'Europe/Helsinky'"),
        (BASE + 'currency = "euro"', "project.currency = 'euro'"),
        (BASE.replace("bank", "zoo"), "project.sector = 'zoo'"),
        (BASE.replace("as_of = 2026-01-05", ""), "project.as_of is missing"),
        ("", r"there is no \[project\] section"),
        ("[project", "not valid TOML"),
        (BASE + "scenario = 3", "scenario is not a table|unknown key project.scenario"),
    ],
)
def test_a_faulty_file_ends_in_a_message(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        load_project(write(tmp_path, text))


def test_a_missing_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"outlet\.toml: there is no such file"):
        load_project(tmp_path)


def test_text_that_is_not_utf8_names_the_byte(tmp_path: Path) -> None:
    (tmp_path / "outlet.toml").write_bytes(b'[project]\nname = "\xff"')
    with pytest.raises(ProjectError, match="byte 18 is not UTF-8"):
        load_project(tmp_path)


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as error:
        load_project(write(tmp_path, BASE + "a = 1\nb = 2\n[other]"))
    assert str(error.value).count("unknown") == 3


def test_an_override_wins_over_the_file(tmp_path: Path) -> None:
    project = load_project(
        write(tmp_path, BASE), overrides=["project.language=zh", "project.seed = 5", "project.name=A=B"]
    )
    assert (project.settings.language, project.settings.seed, project.settings.name) == ("zh", 5, "A=B")


@pytest.mark.parametrize("text", ["project.seed", "=5"])
def test_an_override_without_key_or_value_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ProjectError, match=r"expected section\.key=value"):
        load_project(write(tmp_path, BASE), overrides=[text])


def test_a_scenario_overrides_the_file_and_takes_dotted_keys(tmp_path: Path) -> None:
    text = BASE + '[scenario.a]\n"project.seed" = 3\n[scenario.b.project]\nseed = 4\n'
    assert load_project(write(tmp_path, text), scenario="a").settings.seed == 3
    assert load_project(tmp_path, scenario="b").settings.seed == 4
    assert load_project(tmp_path).settings.seed == 0


def test_an_unknown_scenario_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"no \[scenario.budgett\]; did you mean 'budget'"):
        load_project(write(tmp_path, BASE + "[scenario.budget.project]\nseed = 1"), scenario="budgett")


@pytest.mark.parametrize("path", ["/etc/passwd", "../x.csv", "data/../../x.csv", "C:/x.csv", "..\\x.csv"])
def test_a_path_that_leaves_the_folder_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="leaves the project folder"):
        DataPath._inside(path)


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside.csv", tmp_path / "project"
    outside.write_text("secret")
    folder.mkdir()
    (folder / "link.csv").symlink_to(outside)
    with pytest.raises(ProjectError, match="leads out of the project folder"):
        load_project(write(folder, BASE)).path("link.csv")


def test_language_and_seed_options_are_overrides() -> None:
    assert set_language(["a=1"], "es", 7) == ["a=1", "project.language=es", "project.seed=7"]
    with pytest.raises(InputError, match="--seed -1"):
        set_language([], None, -1)


def test_canonical_settings_change_with_a_setting_and_only_there(tmp_path: Path) -> None:
    one = load_project(write(tmp_path, BASE))
    two = load_project(tmp_path, overrides=["project.seed=1"])
    assert one.canonical("project") != two.canonical("project")
    assert one.canonical("siting.data") == two.canonical("siting.data") == "null"
