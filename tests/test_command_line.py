"""The shell's side: results on stdout, one line on stderr for what a person can mend."""

import contextlib
import json
import math
import re
import shutil
import subprocess
import sys
import time
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import ptyprocess
import pytest
import torch

from lesson_utils import corpus, weights
from lesson_utils.commands import COMMANDS, doctor, options
from lesson_utils.methods import OPTIONS, TABLE, owners
from tests.helpers import (
    LONG_PATIENCE,
    ROOT,
    another_value,
    course_environment,
    python,
    shell,
    small_model,
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Weights of a random model, quick to read with, whose losses depend on the frequencies."""
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    weights.save(small_model(spread=10), path)
    return path


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "text.py"
    path.write_bytes(b"".join(b"value_%d = %d\n" % (n, n * n) for n in range(300)))
    return path


# What perplexity prints


def test_json_is_one_object_on_stdout_and_nothing_else():
    started = time.monotonic()
    done = shell(
        *"perplexity --method yarn --factor 2 --ramp index --lengths 256,512".split(),
        *"--max-documents 1 --device cpu --json".split(),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1 and done.stdout.endswith("\n")
    report = json.loads(done.stdout)
    assert set(report) == {
        "method",
        "factor",
        "last",
        "weights",
        "device",
        "documents",
        "perplexity",
        "bits_per_byte",
        "scored_bytes",
        "seconds",
    }
    assert (report["method"], report["factor"], report["weights"]) == ("yarn", 2.0, "base")
    assert report["device"] == "cpu" and report["documents"] == ["sympy/core/basic.py"]
    # Half of each window, and both lengths divide the 16,384 bytes of a document.
    assert report["scored_bytes"] == {"256": 8192, "512": 8192}
    assert 0 < report["seconds"] < time.monotonic() - started
    for length in ("256", "512"):
        # Both are rounded to six decimals; half a unit of the last is 5e-7 bits, and relative to
        # the perplexity less than that, times the ln 2 between nats and bits.
        bits = math.log2(report["perplexity"][length])
        assert report["bits_per_byte"][length] == pytest.approx(bits, abs=2e-6)
        # It has learned Python (a byte drawn blindly from such text costs 4 to 5 bits).
        assert 0.5 < report["bits_per_byte"][length] < 3


def test_without_json_each_length_has_a_line_for_people(run, tiny, text):
    code, out, err = run(
        *"perplexity --method rope --lengths 64,1024".split(),
        *("--weights", tiny, "--document", text),
    )
    assert code == 0 and err == ""
    lines = out.splitlines()
    assert len(lines) == 3 and "rope" in lines[0] and str(tiny) in lines[0]
    assert lines[1].split()[:3] == ["64", "bytes", "perplexity"]
    assert lines[2].split()[:3] == ["1,024", "bytes", "perplexity"]


@pytest.mark.parametrize("columns", [100, 0], ids=["100 columns", "width unknown"])
def test_on_a_terminal_a_bar_moves_and_rows_stand_above_it(tiny, text, columns):
    given = f"perplexity --method rope --lengths 64,1024 --device cpu --weights {tiny}"
    child = ptyprocess.PtyProcess.spawn(
        [sys.executable, "-m", "lesson_utils", *given.split(), "--document", str(text)],
        env=course_environment(),
        dimensions=(24, columns),
    )
    screen = b""
    with contextlib.suppress(EOFError):
        while True:
            screen += child.read()
    screen = screen.decode()
    assert "  0%|" in screen and "100%|" in screen
    rows = [line.rsplit("\r", 1)[-1] for line in screen.split("\r\n")]
    assert [row.split()[0] for row in rows if "perplexity" in row] == ["64", "1,024"]


def test_through_a_pipe_a_row_arrives_before_the_next_length_is_read(tiny, text):
    # The child waits for a line when it comes to the second length.
    code = (
        "import sys\n"
        "from lesson_utils import perplexity\n"
        "from lesson_utils.commands import main\n"
        "score = perplexity.score_windows\n"
        "def held_up(model, documents, length, *given, **options):\n"
        "    length == 64 or sys.stdin.readline()\n"
        "    return score(model, documents, length, *given, **options)\n"
        "perplexity.score_windows = held_up\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    given = "perplexity --method rope --lengths 64,128 --device cpu --weights".split()
    with subprocess.Popen(
        [sys.executable, "-c", code, *given, str(tiny), "--document", str(text)],
        env=course_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        heading, row = child.stdout.readline(), child.stdout.readline()
        assert heading.startswith("rope on weights") and row.split()[:2] == ["64", "bytes"]
        rest, _ = child.communicate("go on\n", timeout=LONG_PATIENCE)
        assert rest.split()[:2] == ["128", "bytes"]
    assert child.returncode == 0


def test_who_reads_the_first_line_only_is_not_told_of_a_broken_pipe(tiny, text):
    given = f"perplexity --method rope --lengths 64,128,256 --weights {tiny} --document {text}"
    done = subprocess.run(
        f"{sys.executable} -m lesson_utils {given} | head -1",
        shell=True,
        env=course_environment(),
        capture_output=True,
        text=True,
        timeout=LONG_PATIENCE,
    )
    assert done.stdout.startswith("rope on weights") and done.stderr == ""


def test_all_lengths_are_checked_before_any_is_read_or_weights_are_loaded(
    run, text, tmp_path, monkeypatch
):
    monkeypatch.setattr(weights, "load", lambda *_, **__: pytest.fail("the weights were loaded"))
    short = tmp_path / "short.txt"
    short.write_bytes(b"x" * 700)
    result = run(
        *"perplexity --method rope --lengths 64,512,1000000 --document".split(),
        *(text, "--document", short),
    )
    assert_told_in_one_line(result, "1,000,000", "give a longer document or a shorter length")
    result = run(
        *"perplexity --method rope --lengths 64,1024 --document".split(),
        *(text, "--document", short),
    )
    assert_told_in_one_line(result, "short.txt has 700 bytes", "1,024")


def test_a_length_given_twice_is_read_once(run, tiny, text):
    given = "perplexity --method rope --lengths 64,64 --weights"
    code, out, err = run(*given.split(), tiny, "--document", text)
    assert code == 0 and len(out.splitlines()) == 2


def read(run, *arguments):
    code, out, err = run("perplexity", *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


@pytest.mark.parametrize("method", TABLE)
def test_left_out_factor_is_length_over_trained_length_but_at_least_one(run, tiny, text, method):
    common = ["--method", method, "--weights", tiny, "--document", text]
    report = read(run, *common, "--lengths", "256,512,768,2048")
    assert report["factor"] is None
    assert set(report["scored_bytes"].values()) == {2048}, "the same bytes at every length"
    for length, factor in (("256", 1), ("512", 1), ("768", 1.5), ("2048", 4)):
        # dynamic_ntk takes the length itself; the paper's rule is a factor of 1.
        factor = 1 if method == "dynamic_ntk" else factor
        explicit = read(run, *common, "--lengths", f"{length},2048", "--factor", factor)
        assert explicit["factor"] == factor
        assert explicit["perplexity"][length] == report["perplexity"][length]
        assert explicit["bits_per_byte"][length] == report["bits_per_byte"][length]


def test_last_hides_what_is_further_back(run, tiny, text):
    given = ["--method", "rope", "--weights", tiny, "--document", text, "--lengths", "512"]
    whole, all_keys, near = (
        read(run, *given, *more)["perplexity"]["512"]
        for more in ((), ("--last", 512), ("--last", 64))
    )
    assert all_keys == pytest.approx(whole, rel=1e-5)
    assert near != pytest.approx(whole, rel=1e-3)
    code, out, err = run("perplexity", *given, "--last", 64)
    assert out.splitlines()[0].startswith("rope, last 64 bytes only, on weights")


def test_last_is_refused_where_it_means_nothing(run, tiny, text):
    given = ["perplexity", "--method", "rope", "--lengths", 64, "--document", text]
    result = run(*given, "--weights", tiny, "--last", 0)
    assert_told_in_one_line(result, "keys is 0", "give 1 or more")
    result = run(*given, "--model", "nowhere", "--last", 64)
    assert_told_in_one_line(result, "--last is for the course's own models", "leave it out")


def test_the_figures_do_react_to_the_factor_and_the_options(run, tiny, text):
    common = ["--weights", tiny, "--document", text, "--lengths", "1024"]
    found = [
        read(run, *common, *options.split())["perplexity"]["1024"]
        for options in (
            "--method rope",
            "--method pi --factor 2",
            "--method pi --factor 4",
            "--method yarn --factor 4",
            "--method yarn --factor 4 --ramp index",
            "--method yarn --factor 4 --beta-fast 8",
            "--method yarn --factor 4 --beta-slow 2",
            "--method yarn --factor 4 --attention-scaling 1.5",
            "--method rope --attention-scaling 1.5",
        )
    ]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
def test_every_option_of_the_shell_reaches_the_method_that_has_it(run, tiny, text, option):
    common = ["--weights", tiny, "--document", text, "--lengths", "1024"]
    value = another_value(option)
    changed = [option.flag, value] if value is not False else [f"--no-{option.name}"]
    for method in owners(option.name):
        # The ends of a ramp are rounded only if it goes by the index.
        given = ["--method", method, *(["--ramp", "index"] if option.name == "truncate" else [])]
        reports = [read(run, *given, *common, *more) for more in ([], changed)]
        assert reports[0]["perplexity"] != reports[1]["perplexity"]


def test_documents_of_ones_own_are_read_in_order_up_to_the_most_asked_for(
    run, tiny, text, tmp_path
):
    other = tmp_path / "other.txt"
    other.write_bytes(b"x" * 100)
    common = ["--method", "rope", "--weights", tiny, "--lengths", "64"]
    common += ["--document", text, "--document", other]
    assert read(run, *common)["documents"] == ["text.py", "other.txt"]
    alone = read(run, *common, "--max-documents", "1")
    assert alone["documents"] == ["text.py"]
    assert alone["scored_bytes"] == {"64": text.stat().st_size // 64 * 32}


# Bad input: exit code 2, one line that names the value and a fix, nothing else


def assert_told_in_one_line(result, named, fix):
    code, out, err = result
    assert code == 2, err
    assert out == ""
    assert err.endswith("\n") and len(err.splitlines()) == 1, err
    assert err.startswith("error: ") and "Traceback" not in err
    assert str(named) in err, f"does not name {named!r}: {err}"
    assert fix in err, f"does not tell the fix: {err}"


def damaged(tiny, tmp_path, how):
    path = tmp_path / "damaged.safetensors"
    whole = tiny.read_bytes()
    if how == "truncated":
        path.write_bytes(whole[: len(whole) // 2])
    elif how == "header only":
        path.write_bytes(whole[:5])
    elif how == "empty":
        path.touch()
    elif how == "one bit":
        path.write_bytes(whole[:-1000] + bytes([whole[-1000] ^ 1]) + whole[-999:])
    elif how == "shape":
        path.write_bytes(whole.replace(b"10000.0", b"20000.0", 1))
    elif how == "folder":
        path.mkdir()
    assert how == "missing" or not path.is_file() or path.read_bytes() != whole
    return path


@pytest.mark.parametrize(
    "how", ["truncated", "header only", "empty", "one bit", "shape", "folder", "missing"]
)
def test_weights_that_are_not_whole_are_refused(run, tiny, text, tmp_path, how):
    path = damaged(tiny, tmp_path, how)
    result = run(
        *"perplexity --method rope --lengths 64 --json".split(),
        *("--document", text, "--weights", path),
    )
    fix = "use one of base" if how == "missing" else "copy it again"
    assert_told_in_one_line(result, path, fix)


def test_a_damaged_shipped_model_is_refused_with_how_to_restore_it(
    run, tiny, text, tmp_path, monkeypatch
):
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    (tmp_path / "base.safetensors").write_bytes(tiny.read_bytes()[:-1])
    result = run(*"perplexity --method rope --lengths 64 --json".split(), "--document", text)
    assert_told_in_one_line(result, tmp_path / "base.safetensors", "git checkout")


def test_finetuning_from_missing_weights_is_refused_before_any_work(run, tmp_path):
    out = tmp_path / "run"
    result = run("finetune", "--method", "yarn", "--out", out, "--weights", tmp_path / "gone")
    assert_told_in_one_line(result, tmp_path / "gone", "use one of base")
    assert not out.exists()


@pytest.mark.parametrize(
    ("kind", "fix"),
    [
        ("missing", "give the path of a plain text file"),
        ("empty", "give a file with text in it"),
        ("folder", "give the path of a plain text file"),
        ("short", "give a longer document or a shorter length"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused(run, tiny, tmp_path, kind, fix):
    path = tmp_path / "document.txt"
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes(b"x" * {"empty": 0, "short": 63}[kind])
    result = run(
        *"perplexity --method rope --lengths 64 --json".split(),
        *("--weights", tiny, "--document", path),
    )
    assert_told_in_one_line(result, path.name, fix)
    if kind == "short":
        assert "63" in result[2] and "64" in result[2]


def test_a_document_without_permission_is_refused(run, tiny, text, monkeypatch):
    def forbid(*arguments, **options):
        raise PermissionError(13, "Permission denied", str(text))

    # Root may read a file whatever its mode, so the refusal is played.
    monkeypatch.setattr(corpus.np, "memmap", forbid)
    result = run(
        *"perplexity --method rope --lengths 64 --json".split(),
        *("--weights", tiny, "--document", text),
    )
    assert_told_in_one_line(result, text, "give the path of a plain text file")
    assert "Permission denied" in result[2]


@pytest.mark.parametrize(
    ("lengths", "named"),
    [
        (["-5"], "-5"),
        (["-5,512"], "-5"),
        (["512,-1"], "-1"),
        (["=-5,512"], "-5"),
        (["0"], "0"),
        (["512,0"], "0"),
        (["1"], "1"),
        (["abc"], "'abc'"),
        (["512,abc"], "'abc'"),
        (["5.5"], "'5.5'"),
        (["512,"], "''"),
        ([""], "''"),
    ],
    ids=str,
)
def test_lengths_that_are_no_window_are_refused(run, tiny, text, lengths, named):
    given = ["--lengths" + lengths[0]] if lengths[0][:1] == "=" else ["--lengths", *lengths]
    result = run("perplexity", "--method", "rope", *given, "--weights", tiny, "--document", text)
    fix = "at least 2 bytes" if named.lstrip("-").isdigit() else "like 512,4096"
    assert_told_in_one_line(result, f"--lengths has {named}", fix)


def test_negative_lengths_are_told_the_same_from_a_real_shell():
    done = shell("perplexity", "--method", "rope", "--lengths", "-5,512", "--json")
    assert_told_in_one_line((done.returncode, done.stdout, done.stderr), "-5", "at least 2")


FINITE = "give a finite number at least 1"


@pytest.mark.parametrize("method", TABLE)
@pytest.mark.parametrize(
    ("factor", "fix"),
    [("0.5", "give a number at least 1"), ("-2", "at least 1"), ("nan", FINITE), ("inf", FINITE)],
)
def test_a_factor_that_stretches_nothing_is_refused_by_every_method(
    run, tiny, text, method, factor, fix
):
    result = run(
        *"perplexity --lengths 64 --json --method".split(),
        *(method, "--factor", factor, "--weights", tiny, "--document", text),
    )
    assert_told_in_one_line(result, f"factor is {float(factor)}", fix)


def test_finetuning_refuses_the_same_factors_before_any_work(run, tiny, tmp_path):
    out = tmp_path / "run"
    result = run(
        *"finetune --method yarn --factor 0.5 --weights".split(), tiny, "--out", out, "--steps", 1
    )
    assert_told_in_one_line(result, "factor is 0.5", "at least 1")
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "named", "fix"),
    [
        ("--method nonsense", "'nonsense'", "'yarn'"),
        ("--method yarn --factor many", "'many'", "--help"),
        ("--method yarn --beta-fast 1 --beta-slow 1", "beta_fast is 1", "must be the larger"),
        ("--method yarn --beta-fast 1 --beta-slow 2", "beta_slow is 2", "must be the larger"),
        ("--method ntk_by_parts --beta-fast 0.5", "beta_fast is 0.5", "must be the larger"),
        ("--method yarn --beta-slow 0", "beta_slow is 0", "give a number above 0"),
        ("--method yarn --beta-fast nan", "beta_fast is nan", "give a finite number above 0"),
        ("--method pi --ramp index", "pi has no ramp", "leave it out"),
        ("--method rope --ramp turns", "rope has no ramp", "leave it out"),
        ("--method pi --beta-fast 16", "pi has no beta_fast", "leave it out"),
        ("--method yarn --ramp steep", "'steep'", "'turns'"),
        ("--method pi --attention-scaling 0", "attention_scaling is 0", "above 0"),
        ("--method yarn --attention-scaling 0", "attention_scaling is 0", "above 0"),
        ("--method pi --attention-scaling -1", "attention_scaling is -1", "above 0"),
        ("--method pi --attention-scaling nan", "attention_scaling is nan", "finite"),
        ("--method rope --attention-scaling inf", "attention_scaling is inf", "finite"),
        ("--method rope --device quantum", "'quantum'", "'cpu'"),
        ("--method rope --max-documents 0", "--max-documents is 0", "give 1 or more"),
        ("--method rope --max-documents -1", "--max-documents is -1", "give 1 or more"),
        ("--method rope --max-documents few", "'few'", "--help"),
        ("--method rope --nonsense 1", "--nonsense", "--help"),
    ],
)
def test_options_that_make_no_sense_are_refused(run, tiny, text, options, named, fix):
    result = run(
        *("perplexity", "--lengths", "64", "--json", "--weights", tiny, "--document", text),
        *options.split(),
    )
    assert_told_in_one_line(result, named, fix)


def test_max_documents_zero_is_refused_for_the_default_documents_too(run):
    result = run(*"perplexity --method rope --lengths 512 --max-documents 0 --json".split())
    assert_told_in_one_line(result, "--max-documents is 0", "give 1 or more")


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_here_is_refused(run, tiny, text, device, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    result = run(
        *("perplexity", "--method", "rope", "--lengths", "64", "--device", device),
        *("--weights", tiny, "--document", text),
    )
    assert_told_in_one_line(result, f"--device {device}", "use auto or cpu")


@pytest.mark.parametrize(
    ("arguments", "named", "fix"),
    [
        (["sing"], "'sing'", "'perplexity'"),
        (["--length", "64"], "COMMAND", "--help"),
        (["perplexity", "--lengths", "64"], "--method", "--help"),
        (["perplexity", "--method", "rope"], "--lengths", "--help"),
        (["train"], "--out", "--help"),
        (["doctor", "now"], "now", "--help"),
    ],
)
def test_an_incomplete_command_is_refused(run, arguments, named, fix):
    assert_told_in_one_line(run(*arguments), named, fix)


def test_no_command_at_all_lists_the_commands_and_is_no_fault():
    done = shell()
    assert (done.returncode, done.stderr) == (0, "")
    listed = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    assert listed >= set(COMMANDS)


@pytest.mark.parametrize("command", ["train", "finetune --method yarn"])
@pytest.mark.parametrize(
    "option", ["--steps", "--length", "--bytes-per-step", "--checkpoint-every"]
)
@pytest.mark.parametrize("value", ["0", "-3"])
def test_training_refuses_counts_below_one_before_any_work(run, tmp_path, command, option, value):
    out = tmp_path / "run"
    result = run(*command.split(), "--out", out, option, value)
    assert_told_in_one_line(result, f"{option} is {value}", "give 1 or more")
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "named"), [("--hidden-size 100", "100"), ("--layers 0", "--layers is 0")]
)
def test_training_refuses_a_shape_that_cannot_be(run, tmp_path, options, named):
    result = run("train", "--out", tmp_path / "run", *options.split())
    assert_told_in_one_line(result, named, "give a multiple of 64, and at least one layer")


@pytest.mark.parametrize(
    "command",
    [
        "train --layers 1 --hidden-size 64 --length 64 --bytes-per-step 64 --steps 1",
        "finetune --method yarn --length 64 --bytes-per-step 64 --steps 1",
        "export",
    ],
)
@pytest.mark.parametrize("place", ["taken", "taken/run"])
def test_a_place_that_could_not_be_written_to_is_refused_in_one_line_before_the_work(
    run, tmp_path, command, place
):
    (tmp_path / "taken").write_text("a file, not a folder")
    result = run(*command.split(), "--out", tmp_path / place)
    assert_told_in_one_line(result, tmp_path / place, "give")
    assert "Errno" not in result[2]
    assert "gathering" not in result[2], "it did the long work first"
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_folder_without_permission_is_refused_before_the_text_is_gathered(
    run, tmp_path, monkeypatch
):
    def forbid(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    # Root may write in a folder whatever its mode, so the refusal is played.
    monkeypatch.setattr(Path, "touch", forbid)
    result = run("train", "--layers", 1, "--hidden-size", 64, "--out", tmp_path)
    assert_told_in_one_line(result, tmp_path, "give one where you may write")
    assert "Permission denied" in result[2]


# Doctor


@pytest.fixture
def everything_installed(monkeypatch):
    """Play that all packages are there: what is tried is what doctor makes of it."""

    def pretend(package):
        try:
            return version(package)
        except PackageNotFoundError:
            return "99.0"

    monkeypatch.setattr(doctor.metadata, "version", pretend)


def test_doctor_names_versions_weights_and_documents_and_exits_0(run, everything_installed):
    code, out, _ = run("doctor")
    assert code == 0 and "FAULT" not in out and out.splitlines()[-1] == "all is well"
    for package in ("torch", "numpy", "sympy", "safetensors"):
        assert f"{package}: {version(package)}" in out
    assert f"Python: {sys.version.split()[0]}" in out
    for name in ("base", "rope", "pi", "ntk_aware", "yarn"):
        assert f"weights {name}: checksum {weights.checksum(name)[:16]} holds" in out
    assert f"documents: 8 modules of SymPy {version('sympy')}" in out
    assert "CPU cores" in out and "memory" in out


def test_doctor_finds_weights_that_are_missing_or_broken_and_says_how_to_mend_them(
    run, everything_installed, monkeypatch, tmp_path, tiny
):
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    (tmp_path / "base.safetensors").write_bytes(tiny.read_bytes())
    (tmp_path / "rope.safetensors").write_bytes(tiny.read_bytes()[:-1])
    code, out, _ = run("doctor")
    assert code == 1
    assert "ok    weights base" in out
    for name in ("rope", "pi", "ntk_aware", "yarn"):
        fault = out.split(f"FAULT weights {name}: ")[1].splitlines()
        assert str(tmp_path / f"{name}.safetensors") in fault[0]
        assert fault[1].strip() == "install the course again"
    assert out.splitlines()[-1].startswith("4 to mend: weights rope, weights pi")
    assert "ok    documents" in out, "one fault does not hide what is well"


def test_doctor_finds_that_sympy_is_missing(run, everything_installed, monkeypatch):
    pretend = doctor.metadata.version

    def without_sympy(package):
        if package == "sympy":
            raise PackageNotFoundError(package)
        return pretend(package)

    monkeypatch.setattr(doctor.metadata, "version", without_sympy)
    monkeypatch.setattr(corpus, "find_spec", lambda name: None)
    code, out, _ = run("doctor")
    assert code == 1
    for name in ("sympy", "documents"):
        fault = out.split(f"FAULT {name}: ")[1].splitlines()
        assert "sympy" in fault[0].lower() and fault[1].strip() == "run `pip install sympy`"
    assert "ok    weights base" in out


WITHOUT_PACKAGES = ["-S", "-E"]
"""Python with its own library alone: neither site-packages nor the environment's paths."""


def doctor_alone(folder):
    """Run doctor with a copy of the course's shell side that nothing is installed beside."""
    return subprocess.run(
        [sys.executable, *WITHOUT_PACKAGES, "-m", "lesson_utils", "doctor"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LONG_PATIENCE,
    )


@pytest.fixture
def bare_clone(tmp_path):
    """The course as it was cloned, without what installing leaves there."""
    folder = tmp_path / "course"
    kept = shutil.ignore_patterns("weights", "recorded", "__pycache__")
    shutil.copytree(ROOT / "lesson_utils", folder / "lesson_utils", ignore=kept)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [re.match(r"[\w-]+", line)[0] for line in project["project"]["dependencies"]]


def test_doctor_starts_without_any_package_and_says_how_to_get_each(bare_clone):
    done = doctor_alone(bare_clone)
    assert done.returncode == 1 and done.stderr == ""
    for package in [*declared(), "jupyterlab"]:
        fault = done.stdout.split(f"{package} is not installed\n")[1].splitlines()[0]
        assert f"`pip install {package}`" in fault or "`make lab`" in fault
    assert "ok    Python" in done.stdout
    assert "weights base: not looked at, for want of torch" in done.stdout
    assert done.stdout.splitlines()[-1].startswith(f"{len(declared()) + 1} to mend: torch, ")


def test_doctor_in_the_wrong_python_names_the_environment_that_make_made(bare_clone):
    (bare_clone / ".venv").mkdir()
    (bare_clone / ".venv" / "pyvenv.cfg").touch()
    done = doctor_alone(bare_clone)
    assert f"run `source {bare_clone / '.venv'}/bin/activate`" in done.stdout
    assert "pip install torch" not in done.stdout


def test_doctor_looks_at_every_package_that_the_course_declares(run, everything_installed):
    code, out, _ = run("doctor")
    listed = {line.split()[1].rstrip(":") for line in out.splitlines()}
    assert code == 0 and listed >= {*declared(), "JupyterLab"}
    assert {"anywidget", "tqdm", "filelock", "platformdirs"} <= listed
    assert [r.name for r in doctor.requirements()] == declared()


def test_doctor_finds_a_package_that_is_too_old(run, everything_installed, monkeypatch):
    pretend = doctor.metadata.version
    old = lambda package: "1.26.4" if package == "numpy" else pretend(package)  # noqa: E731
    monkeypatch.setattr(doctor.metadata, "version", old)
    code, out, _ = run("doctor")
    assert code == 1
    fault = out.split("FAULT numpy: ")[1].splitlines()
    assert fault[0] == "1.26.4 is too old; the course needs 2.0"
    assert fault[1].strip() == "run `pip install --upgrade numpy`"


@pytest.mark.parametrize(
    ("older", "newer"),
    [("2.9", "2.10"), ("1.99.9", "2"), ("2.0", "2.0.1"), ("", "0.1"), ("2.12.1+cpu", "2.13.0")],
)
def test_versions_compare_by_their_numbers(older, newer):
    assert doctor.release(older) < doctor.release(newer)
    assert doctor.release(older) == doctor.release(f"{older}.0" if older else "0")


def test_an_old_python_is_told_so_in_one_line_by_every_command():
    code = (
        "import runpy, sys; sys.version_info = (3, 9, 18, 'final', 0); sys.argv = ['', 'doctor'];"
        "runpy.run_module('lesson_utils', run_name='__main__')"
    )
    done = python("-c", code)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == "error: Python 3.9.18 is too old; the course needs 3.11 or newer\n"


# Help, and a quick start


SLOW_TO_IMPORT = {"torch", "numpy", "sympy", "safetensors", "matplotlib", "transformers"}


def test_help_lists_the_commands_without_importing_torch():
    done = python("-X", "importtime", "-m", "lesson_utils", "--help")
    assert done.returncode == 0
    listed = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    assert listed >= set(COMMANDS)
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert "lesson_utils.commands" in imported, "the list of imports is there to look at"
    assert not {name.split(".")[0] for name in imported} & SLOW_TO_IMPORT


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_without_importing_what_is_slow(command):
    done = python("-X", "importtime", "-m", "lesson_utils", command, "--help")
    assert done.returncode == 0 and f"python -m lesson_utils {command}" in done.stdout
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert not {name.split(".")[0] for name in imported} & SLOW_TO_IMPORT


def test_the_names_of_weights_known_without_torch_are_those_that_are_shipped():
    assert options.WEIGHTS == weights.NAMES


# The course's three claims


@pytest.fixture(scope="module")
def excerpts(tmp_path_factory):
    """Options that name two of the course's documents, eight trained windows of each."""
    folder, options = tmp_path_factory.mktemp("excerpts"), []
    for document in corpus.default_documents(2):
        path = folder / document.name.replace("/", "_")
        path.write_bytes(document.data[:4096].tobytes())
        options += ["--document", path]
    return options


def test_the_three_claims_of_the_course_hold_on_two_documents(run, excerpts):
    def at(length, method, *options):
        given = ["--method", method, "--lengths", length, *excerpts, "--device", "cpu"]
        return read(run, *given, *options)["perplexity"][str(length)]

    inside = at(512, "rope")
    outside = at(4096, "rope")
    assert outside > 5 * inside, "without a change, the base model cannot read eight windows"

    index = ("--ramp", "index")
    stretched = {
        "pi": at(4096, "pi", "--factor", 8),
        "ntk_aware": at(4096, "ntk_aware", "--factor", 8),
        "ntk_by_parts": at(4096, "ntk_by_parts", "--factor", 8, *index),
        "yarn": at(4096, "yarn", "--factor", 8, *index),
    }
    assert stretched["yarn"] < 1.12 * inside, "YaRN reads them nearly as well, untrained"
    assert stretched["yarn"] < stretched["ntk_by_parts"] < stretched["ntk_aware"]
    assert stretched["ntk_aware"] < min(stretched["pi"], outside)

    tuned = at(4096, "yarn", "--factor", 8, "--weights", "yarn")
    assert tuned < 0.95 * inside, "a little training makes the longer context a gain"
