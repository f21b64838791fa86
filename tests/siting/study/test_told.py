"""What scoring tells stands under headings, the sureness of the ranking first, and no note is lost."""

from siting.study.told import Told


def test_headings_count_every_note_and_leave_out_empty_subjects():
    told = Told(written=("w",), sure=("a", "b"), rivals=("c",))
    assert told.notes == ("a", "b", "c", "w")
    assert told.headings == (("How sure", 2), ("Market and rivals", 1), ("Lists", 1))
    assert Told().notes == Told().headings == ()
