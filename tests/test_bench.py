"""The bench: only the newest request counts, tries are kept, and errors are told."""

import threading

import numpy as np
import pytest

from lesson_utils.attention import Looks
from lesson_utils.corpus import Document
from lesson_utils.methods import BETA_FAST, BETA_SLOW
from lesson_utils.perplexity import places
from lesson_utils.widgets import bench as module
from lesson_utils.widgets.bench import LENGTHS, Bench
from lesson_utils.widgets.newest import Newest, Superseded
from lesson_utils.widgets.recipe import START, Recipe
from tests.helpers import PATIENCE
from tests.pages import cut

pytestmark = pytest.mark.lesson("05", "06", "07")


class Steps:
    """Work in steps that a test lets go one by one."""

    def __init__(self, steps=3):
        self.go, self.begun, self.done = threading.Semaphore(0), [], []
        self.started = threading.Semaphore(0)
        self.steps = steps

    def work(self, task, check):
        self.begun.append(task)
        for step in range(self.steps):
            self.started.release()
            assert self.go.acquire(timeout=PATIENCE)
            check()
            yield step

    def deliver(self, task, result):
        self.done.append((task, result))


def test_a_task_delivers_its_results_and_its_end():
    steps = Steps()
    newest = Newest(steps.work, steps.deliver)
    newest.ask("a")
    steps.go.release(3)
    assert newest.join(PATIENCE)
    assert steps.done == [("a", 0), ("a", 1), ("a", 2), ("a", None)]


def test_a_newer_request_ends_an_older_one_and_those_between_never_begin():
    steps = Steps()
    newest = Newest(steps.work, steps.deliver)
    newest.ask("a")
    assert steps.started.acquire(timeout=PATIENCE)
    newest.ask("b")
    newest.ask("c")
    steps.go.release(10)
    assert newest.join(PATIENCE)
    assert steps.begun == ["a", "c"]
    assert {task for task, _ in steps.done} == {"c"}


def test_a_stopped_task_delivers_nothing_and_its_thread_ends():
    steps = Steps()
    newest = Newest(steps.work, steps.deliver)
    newest.ask("a")
    assert steps.started.acquire(timeout=PATIENCE)
    newest.stop()
    steps.go.release(10)
    assert newest.join(PATIENCE)
    assert steps.done == []


def test_a_result_that_waits_to_be_shown_is_dropped_when_something_newer_is_asked():
    steps, later = Steps(steps=1), []
    newest = Newest(steps.work, steps.deliver, call=later.append)
    newest.ask("a")
    steps.go.release(10)
    assert newest.join(PATIENCE)
    newest.ask("b")
    assert newest.join(PATIENCE)
    for call in later:
        call()
    assert {task for task, _ in steps.done} == {"b"}


def test_an_error_is_delivered_and_the_next_task_is_done():
    done = []

    def work(task, check):
        if task == "bad":
            raise ValueError("no such thing")
        yield task

    newest = Newest(work, lambda task, result: done.append(result))
    newest.ask("bad")
    assert newest.join(PATIENCE)
    newest.ask("good")
    assert newest.join(PATIENCE)
    assert isinstance(done[0], ValueError) and done[1:] == ["good", None]


def test_every_beta_fast_is_above_every_beta_slow():
    assert min(BETA_FAST.steps) > max(BETA_SLOW.steps)


def test_two_recipes_that_do_the_same_have_the_same_name():
    assert Recipe("pi", ramp="index").in_words() == Recipe("pi").in_words() == "PI, factor 8"
    assert Recipe("yarn").in_words() != Recipe("yarn", beta_fast=16).in_words()


@pytest.fixture
def reads(monkeypatch):
    """Read nothing: perplexity is the factor, plus a thousandth of a β."""
    read = []

    def perplexities(model, document, lengths, frequencies, check, *, longest):
        for length in lengths:
            read.append(length)
            yield length, 2 + read.count(length), 1

    monkeypatch.setattr(module.measuring, "perplexities", perplexities)
    return read


def new_bench(**options):
    views = options.pop("views", ["perplexity", "speeds"])
    return Bench(Recipe("yarn"), Recipe("rope"), views=views, **options)


def ask(bench, view="perplexity", method="yarn", kept="rope", **settings):
    """Ask as the page does, and return what it has been told when all is read."""
    recipes = {"recipe": Recipe(method, **settings), "kept": Recipe(kept)}
    asked = {name: recipe.as_data() for name, recipe in recipes.items()}
    number = bench.line.asked.get("number", 0) + 1
    bench.line.asked = asked | {"view": view, "place": module.PLACE, "number": number}
    assert bench.newest.join(PATIENCE)
    assert bench.line.told["number"] == number and bench.line.told["view"] == view
    return bench.line.told


def test_each_recipe_is_read_once_at_each_length(reads):
    bench = new_bench()
    assert reads == list(LENGTHS)  # in the cell itself
    ask(bench, beta_fast=8)
    assert len(reads) == 2 * len(LENGTHS)
    told = ask(bench, beta_fast=32)
    assert len(reads) == 2 * len(LENGTHS)
    chart = told["chart"]
    assert chart["digest"][-1] == "tries: 2" and "3.00 at 4,096 bytes" in chart["title"]
    assert chart["number"] == "3.00" and told["status"] == ""


def test_the_page_is_told_each_length_as_soon_as_it_is_read(reads):
    bench, told = new_bench(), []
    bench.line.observe(lambda change: told.append(change.new), "told")
    ask(bench, beta_fast=8)
    known = [len(each["chart"]["panels"][0]["lines"][2]["x"]) for each in told]
    assert known == [0, 1, 2, 3, 4]
    assert [each["status"] for each in told] == ["The model is reading …"] * 4 + [""]


def test_a_point_over_a_part_of_the_bytes_is_marked_and_never_taken_for_the_whole(
    reads, monkeypatch
):
    bench = new_bench()

    def given_up(*_, **__):
        yield 512, 2.34, 0.25
        raise Superseded

    with monkeypatch.context() as patched:
        patched.setattr(module.measuring, "perplexities", given_up)
        ask(bench, beta_fast=8)
    chart = bench.described()
    assert chart.digest[0].endswith(": 512: about 2.3")
    assert chart.panels[0].lines[2].open_marker and chart.number == "…"
    told = ask(bench, beta_fast=8)
    assert reads[-4:] == list(LENGTHS), "read again, whole"
    assert "about" not in told["chart"]["digest"][0]


def test_the_chart_has_this_try_the_earlier_ones_and_the_best(reads):
    bench = new_bench()
    for beta in (8, 4):
        told = ask(bench, beta_fast=beta)
    earlier, best, now = told["chart"]["panels"][0]["lines"]
    assert [line["y"][:4] for line in (earlier, best, now)] == [[4] * 4, [3] * 4, [5] * 4]


def test_each_question_is_answered_with_what_is_known_at_once(reads):
    bench, told = new_bench(), []
    bench.line.observe(lambda change: told.append(change.new), "told")
    ask(bench)
    assert len(told) == 1 and len(reads) == len(LENGTHS)


def test_each_method_says_which_settings_it_has(reads):
    settings = new_bench().view().settings
    has = {row["name"]: row["has"] for row in settings["methods"]}
    assert has["pi"] == ["factor"] and has["rope"] == [] and has["abf"] == ["adjusted_base"]
    assert set(has["yarn"]) == START.keys() - {"adjusted_base"}
    assert [knob["name"] for knob in settings["knobs"]] == list(START)


def test_a_bench_that_no_model_reads_for_asks_nothing():
    bench = Bench(Recipe("pi"), Recipe("rope"), methods=("rope", "pi"), views=["speeds"])
    assert bench.line is None and bench.view().settings["key"] is None


def test_an_error_while_reading_is_told_in_the_page(reads, monkeypatch):
    bench = new_bench()

    def fails(*_, **__):
        raise RuntimeError("out of luck")
        yield

    monkeypatch.setattr(module.measuring, "perplexities", fails)
    assert ask(bench, factor=4)["status"] == "Not read: RuntimeError: out of luck"


def test_an_error_in_the_first_chart_is_raised_in_the_cell(monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(module.charts, "speeds_chart", broken)
    with pytest.raises(ZeroDivisionError):
        Bench(Recipe("pi"), Recipe("rope"), views=["speeds"])


@pytest.fixture
def looks(monkeypatch):
    """Read nothing: every head's shares are noise, and the same for each recipe."""
    random = np.random.default_rng(0)
    shares = random.dirichlet(np.ones(len(module.STARTS)), (6, 4, len(module.POSITIONS)))
    keys = random.uniform(1, 4000, shares.shape[:3])
    found = Looks(shares.astype(np.float32), keys.astype(np.float32))
    monkeypatch.setattr(module.measuring, "attention", lambda *_: found)
    return found


def numbers(told):
    return [np.frombuffer(told[name], dtype=np.float32) for name in ("shares", "keys")]


@pytest.mark.lesson("04", "07")
def test_the_page_is_told_where_all_heads_of_the_layer_look(looks):
    bench = new_bench(views=["attention"])
    first = bench.line.told["looks"]
    assert bench.line.told["number"] == 0, "before anything is asked"
    assert [told["words"] for told in first] == [
        r.in_words() for r in map(Recipe, ("yarn", "rope"))
    ]
    bench.line.asked = asked_of(bench) | {"place": module.PLACE | {"layer": 2}, "number": 1}
    for told in bench.line.told["looks"]:
        shares, keys = numbers(told)
        assert told["layer"] == 2
        assert np.array_equal(shares.reshape(looks.shares[2].shape), looks.shares[2])
        assert np.array_equal(keys.reshape(looks.keys[2].shape), looks.keys[2])


@pytest.mark.lesson("04", "07")
def test_what_the_page_knows_of_where_heads_look_is_not_told_again(looks):
    bench, told = new_bench(views=["attention"]), []
    bench.line.observe(lambda change: told.append(change.new), "told")
    asked = asked_of(bench, factor=4)
    bench.line.asked = asked | {"lacking": ["recipe"], "number": 1}
    assert bench.newest.join(PATIENCE)
    assert [(each["status"], len(each["looks"])) for each in told] == [
        ("The model is reading …", 0),
        ("", 1),
    ]


def asked_of(bench, **settings):
    """Ask as the page does in the view of attention."""
    recipes = {"recipe": Recipe("yarn", **settings).as_data(), "kept": Recipe("rope").as_data()}
    return recipes | {"view": "attention", "place": module.PLACE}


@pytest.mark.parametrize("length", [512, 1024, 2048, 4096])
def test_a_length_that_comes_in_two_parts_scores_the_bytes_that_it_scores_at_once(length):
    def scored(start, end):
        """List (window's first byte, first scored byte, end) of a part, in the document."""
        ends = places(length, end - start)
        return [(start + e - length, start + e - fresh, start + e) for e, fresh in ends]

    parts = [scored(*part) for part in module.measuring.parts(length, 4096, in_two=True)]
    assert sum(parts, []) == scored(0, 4096)
    assert len(parts[0]) <= 2


def test_the_real_model_reads_in_the_thread_what_the_command_line_reads():
    from lesson_utils import scaling
    from lesson_utils.corpus import default_documents
    from lesson_utils.perplexity import perplexity
    from lesson_utils.weights import load

    model = cut(load("base"), 2)  # the way is what is compared, and is the same through two layers
    document = Document("an excerpt", default_documents(1)[0].data[:4096])
    views = ["speeds", "perplexity"]
    bench = Bench(Recipe("yarn"), Recipe("rope"), views=views, model=model, document=document)
    ask(bench)
    frequencies = scaling.yarn(64, 8, trained_length=512, attention_scaling=1.21)
    wanted = perplexity(model, [document], LENGTHS, frequencies)
    found = bench.tries[Recipe("yarn").in_words()]
    assert found == pytest.approx(wanted, rel=1e-6)
    assert bench.newest.join(PATIENCE) and bench.newest._thread is None
