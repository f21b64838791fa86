"""Live policies and failures on hand-drawn days, and what they do to many."""

import numpy as np
import pytest

from layout.simulate import Breakdowns, DayProblem, Diversion, Outage, QuietTask, Reserve, simulate_day
from layout.simulate.replay import Visitors, replay
from outlet.errors import InputError


def problem(crew, **more):
    crew = np.atleast_2d(np.asarray(crew, dtype=np.int64))
    streams = len(more.get("pool", [0]))
    return DayProblem(
        **{
            "interval_min": 60.0,
            "visits": np.ones((1, streams)),
            "pool": np.zeros(streams, dtype=np.int64),
            "mean_min": np.ones(streams),
            "cv": np.ones(streams),
            "crew": crew,
            "step_min": 60.0 / len(crew),
            **more,
        }
    )


def visitors(arrival, service, **more):
    count = len(arrival)
    brought = {
        "stream": np.zeros(count, dtype=np.int64),
        "triage": np.zeros(count),
        "patience": np.full(count, np.inf),
        "willing": np.zeros(0),
        "other": np.zeros(0),
        **{name: np.array(value) for name, value in more.items()},
    }
    return Visitors(
        first=np.array([0, count]),
        interval=np.zeros(count, dtype=np.int64),
        arrival=np.array(arrival, dtype=float),
        service=np.array(service, dtype=float),
        **brought,
    )


def test_a_counter_opens_when_the_queue_is_long_and_closes_when_it_is_gone():
    """One server; the third who waits (at 3) calls another, who begins at 5 and leaves when nobody waits."""
    day = problem([[1]], reserves=(Reserve(pool=0, open_at=3, delay_min=2.0),))
    found = replay(day, visitors([0, 1, 2, 3, 30, 31], [10, 10, 10, 10, 10, 1]))
    assert found.called.tolist() == [0, 5, 10, 15, 30, 40]
    assert found.extra.tolist() == [10.0], "from 5 until the last waiting is called at 15"


def test_a_reserve_stays_its_least_time_and_works_at_its_own_pace():
    day = problem([[1]], reserves=(Reserve(pool=0, open_at=2, stay_min=20.0, pace=0.5),))
    found = replay(day, visitors([0, 1, 2, 12], [30, 4, 4, 4]))
    assert found.called.tolist() == [0, 2, 10, 18], "each of 4 minutes takes 8"
    assert found.extra.tolist() == [20.0], "from 2 to 22"


def test_a_reserve_lent_by_another_pool_is_missing_there():
    day = problem([[1, 1]], pool=np.array([0, 1]), reserves=(Reserve(pool=0, open_at=1, lender=1, stay_min=30.0),))
    found = replay(day, visitors([0, 1, 5], [60, 3, 3], stream=[0, 0, 1]))
    assert found.called.tolist() == [0, 1, 31]


def test_small_amounts_go_to_a_machine_only_when_busy():
    """From two who wait on, visitors who agree (willing < 0.5) use the machine; one who does not waits."""
    sent = Diversion(stream=0, pool=1, at_queue=2, share=0.5, mean_min=2.0)
    day = problem([[1, 1]], diversions=(sent,))
    people = visitors([0, 1, 2, 3, 4], [9] * 5, willing=[0.1, 0.1, 0.1, 0.9, 0.2], other=[2.0] * 5)
    found = replay(day, people)
    assert found.server.tolist() == [0, 0, 0, 0, 1]
    assert found.called.tolist() == [0, 9, 18, 27, 4]
    assert found.left[4] == 6


def test_an_outage_stops_new_services_until_its_end():
    day = problem([[1]], outages=(Outage(pool=0, begin_min=5.0, end_min=20.0, servers=1),))
    assert replay(day, visitors([4, 6], [3, 1])).called.tolist() == [4, 20]


def test_the_first_free_place_takes_the_visitor_at_its_speed():
    """A beginner at half speed beside a usual server."""
    day = problem([[2]], speed=np.array([[[1.0, 0.5]]]))
    found = replay(day, visitors([0, 1, 20], [10, 10, 4]))
    assert found.left.tolist() == [10, 21, 24]


def test_who_is_free_longest_takes_the_visitor():
    """At 20 the second has been free since 15, the first since 16; then the first since 16, the second since 24."""
    day = problem([[2]], speed=np.array([[[0.5, 1.0]]]))
    found = replay(day, visitors([0, 1, 20, 30], [8, 14, 4, 4]))
    assert found.left.tolist() == [16, 15, 24, 38]


def test_a_server_keeps_his_place_when_others_go():
    """The usual server goes at 30; the newcomer, who began before, takes twice as long before and after."""
    newcomer = [[[1.0, 0.5]], [[0.0, 0.5]]]
    found = replay(problem([[2], [1]], speed=np.array(newcomer)), visitors([0, 1, 40, 41], [28, 20, 3, 3]))
    assert found.left.tolist() == [28, 41, 47, 53]


def test_one_of_the_reserve_has_his_pace_and_no_place_of_the_crew():
    """The newcomer serves until 20; the reserve called at 2 takes the next at a quarter of the pace."""
    day = problem([[1]], speed=np.array([[[0.5]]]), reserves=(Reserve(pool=0, open_at=1, stay_min=60.0, pace=0.25),))
    found = replay(day, visitors([0, 2, 3], [10, 4, 1]))
    assert found.called.tolist() == [0, 2, 18]
    assert found.left.tolist() == [20, 18, 22]


def test_a_newcomer_receives_slowly_too():
    """Reception of 2 minutes takes 4; the reception is busy for it, and visitors join the queue when it ends."""
    day = problem(
        [[1, 1]], triage_pool=1, triage_min=2.0, triage_cv=0.0, speed=np.array([[[1.0], [0.5]]]), cv=np.zeros(1)
    )
    found = replay(day, visitors([0, 1], [1, 1], triage=[2.0, 2.0]))
    assert found.triage_start.tolist() == [0, 4]
    assert found.joined.tolist() == [4, 8]
    slow, usual = (
        simulate_day(DayProblem(**{**vars(day), **more}), days=200, seed=1)
        for more in ({}, {"speed": np.zeros((0, 0, 0))})
    )
    assert slow.occupancy[0, 1] == pytest.approx(2 * usual.occupancy[0, 1], rel=0.05)


def test_speeds_of_one_are_no_speeds():
    """The same day to the last bit, with everything else that a day can have."""
    more = {
        "crew": np.array([[3, 1], [2, 1], [1, 0], [3, 1], [2, 1], [3, 1]]),
        "reserves": (Reserve(pool=0, open_at=5, close_at=1),),
        "tasks": (QuietTask(pool=0, minutes=60.0),),
        "outages": (Outage(pool=0, begin_min=60.0, end_min=80.0, servers=2),),
        "helps": np.array([[False, False], [True, False]]),
    }
    alike = (np.arange(3) < more["crew"][:, :, None]).astype(float)
    plain, same = (simulate_day(busy_day(**more, **by), days=50, seed=2) for by in ({}, {"speed": alike}))
    assert same.daily.tolist() == plain.daily.tolist()


def test_a_full_room_turns_away():
    found = replay(problem([[1]], room=np.array([1])), visitors([0, 1, 2, 11], [10, 10, 10, 1]))
    assert found.called.tolist() == [0, 10, np.inf, 20]
    assert found.left[2] == 2


def test_the_walk_to_the_counter_keeps_the_server():
    found = replay(problem([[1]], approach_min=np.array([0.5])), visitors([0, 1], [2, 2]))
    assert found.called.tolist() == [0, 2.5]
    assert found.left.tolist() == [2.5, 5]


def busy_day(**more):
    return DayProblem(
        interval_min=60.0,
        visits=np.full((6, 1), 30.0),
        pool=np.zeros(1, dtype=np.int64),
        mean_min=np.array([5.0]),
        cv=np.array([0.8]),
        step_min=60.0,
        **{"crew": np.full((6, 2), [3, 1]), **more},
    )


def test_policies_help_and_failures_hurt_with_common_random_numbers():
    static = simulate_day(busy_day(), days=300, seed=1)
    called = simulate_day(busy_day(reserves=(Reserve(pool=0, open_at=5, close_at=1),)), days=300, seed=1)
    sent = busy_day(diversions=(Diversion(stream=0, pool=1, at_queue=4, share=0.3, mean_min=3.0),))
    power = busy_day(outages=(Outage(pool=0, begin_min=120.0, end_min=150.0, servers=3),))
    assert called.day_wait.high < static.day_wait.low
    assert called.reserve_min > 0
    assert simulate_day(sent, days=300, seed=1).day_wait.high < static.day_wait.low
    hurt = simulate_day(power, days=300, seed=1)
    assert hurt.wait.mean[:1].tolist() == static.wait.mean[:1].tolist(), "before it nothing changes"
    assert hurt.wait.low[2] > static.wait.high[2]


def test_machines_are_up_for_their_share_of_the_time():
    """Up 60 minutes, repaired in 30: with one machine for ever busy it serves about two thirds of the time."""
    day = DayProblem(
        interval_min=6000.0,
        visits=np.array([[12000.0]]),
        pool=np.zeros(1, dtype=np.int64),
        mean_min=np.ones(1),
        cv=np.zeros(1),
        crew=np.ones((1, 1), dtype=np.int64),
        step_min=6000.0,
        room=np.array([3]),
        breakdowns=(Breakdowns(pool=0, up_min=60.0, repair_min=30.0),),
    )
    found = simulate_day(day, days=20, seed=1)
    assert found.occupancy[0, 0] == pytest.approx(2 / 3, abs=0.03)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Reserve(pool=0, open_at=0), "Reserve.open_at: a value is out of range; expected persons from 1"),
        (lambda: Reserve(pool=0, open_at=2, close_at=2), "Reserve.close_at: .* below open_at"),
        (lambda: Reserve(pool=0, open_at=2, lender=0), "Reserve.lender: .* another pool"),
        (lambda: Diversion(stream=0, pool=1, share=1.2, mean_min=1.0), "Diversion.share: .* 0 to 1"),
        (lambda: Outage(pool=0, begin_min=5.0, end_min=5.0, servers=1), "Outage.end_min: .* after begin_min"),
        (lambda: Breakdowns(pool=0, up_min=0.0, repair_min=1.0), "Breakdowns.up_min: .* above 0"),
        (lambda: problem([[1]], reserves=(Reserve(pool=3, open_at=1),)), "DayProblem.reserves: position 3"),
        (lambda: problem([[1]], outages=(Outage(pool=1, begin_min=0, end_min=1, servers=1),)), "outages: position 1"),
        (lambda: problem([[1]], reserves=(Reserve(pool=0, open_at=1),) * 2), "reserves: two for one position"),
        (lambda: problem([[1]], speed=np.ones((1, 1, 0))), "DayProblem.speed: shape"),
        (lambda: problem([[1]], speed=np.ones((1, 1, 2))), "DayProblem.speed: .* as many places above 0 as there are"),
        (lambda: problem([[1]], room=np.array([-1])), "DayProblem.room: a value is out of range"),
        (lambda: problem([[1]], samples=(np.ones(1), np.ones(1))), "DayProblem.samples: 2 arrays; expected 1"),
        (lambda: problem([[1]], cv=np.array([0.5]), distribution="hyperexponential"), "DayProblem.cv: .* from 1"),
    ],
)
def test_bad_policies(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    ("keep_free", "called"),
    [
        (0, [10, 10, 15]),  # both servers begin a piece at opening and finish it at 10
        (1, [0, 5, 12]),  # one begins a piece at opening, the other stays free; the next piece begins at 10
        (2, [0, 3, 12]),  # nobody ever begins
    ],
)
def test_quiet_tasks_are_begun_by_who_is_idle_and_finished(keep_free, called):
    day = problem([[2]], tasks=(QuietTask(pool=0, minutes=20.0, piece_min=10.0, keep_free=keep_free),))
    found = replay(day, visitors([0, 3, 12], [5, 5, 1]))
    assert found.called.tolist() == called
    assert found.undone.tolist() == [[20.0 if keep_free == 2 else 0.0]]


def test_minutes_out_end_at_closing():
    day = problem(
        [[3]],
        outages=(
            Outage(pool=0, begin_min=10.0, end_min=30.0, servers=2),
            Outage(pool=0, begin_min=50.0, end_min=100.0, servers=1),
        ),
    )
    assert replay(day, visitors([0], [1])).down.tolist() == [[50.0]]
