"""The landscape of cosines shows what the formula says, and plotly draws it in JupyterLab."""

import math

import numpy as np
import pytest

from lesson_utils import widgets
from lesson_utils.widgets import landscape_figure as drawn
from tests import lab_in_browser

pytestmark = pytest.mark.lesson("03")


def is_new(speed: float, trained: float, offset: int) -> bool:
    """Say by the paper's words: a pair that finished no turn, at an angle beyond its last one."""
    reached = trained * 512
    return reached < math.tau and speed * offset % math.tau >= reached - 1e-9


@pytest.mark.parametrize("method, slowed", [("rope", 1), ("pi", 8)])
def test_heights_and_colours_are_those_of_the_closed_form(method, slowed):
    offsets = np.array([0, 16, 512, 528, 2000, 4096])
    height, new = drawn.cosines(method, offsets)
    trained = [10_000.0 ** (-2 * pair / 64) for pair in drawn.PAIRS]
    expected = [[math.cos(speed / slowed * at) for at in offsets] for speed in trained]
    np.testing.assert_allclose(height, expected, atol=2e-4)  # float32 speeds times 4,096
    # Exactly at the window's end, rounding decides.
    expected = [[is_new(speed / slowed, speed, at) for at in offsets[:-1]] for speed in trained]
    np.testing.assert_array_equal(new[:, :-1], expected)


def test_shares_of_new_angles_are_those_of_the_closed_form(capsys):
    speeds = [10_000.0 ** (-2 * pair / 64) for pair in range(32)]
    count = sum(is_new(speed, speed, at) for speed in speeds for at in range(4096))
    assert drawn.share_of_new("rope") == pytest.approx(count / (32 * 4096), abs=1e-4)
    assert drawn.share_of_new("pi") == drawn.share_of_new("yarn") == 0
    widgets.landscape()
    assert f"unchanged RoPE   {count / (32 * 4096):.0%}" in " ".join(
        capsys.readouterr().out.replace("    ", "   ").splitlines()
    )


def test_a_button_shows_its_method_alone_and_the_surface_carries_its_numbers():
    figure = drawn.as_plotly()
    assert [surface.visible for surface in figure.data] == [True, False, False, False]
    for index, (surface, button) in enumerate(
        zip(figure.data, figure.layout.updatemenus[0].buttons, strict=True)
    ):
        assert surface.name == button.label
        assert button.args[0]["visible"] == [index == other for other in range(4)]
        height, new = drawn.cosines(drawn.METHODS[index], drawn.OFFSETS)
        np.testing.assert_allclose(surface.z, height, atol=5e-4)
        np.testing.assert_array_equal(surface.surfacecolor, new)


@pytest.mark.browser
@pytest.mark.skipif(lab_in_browser.find_chromium() is None, reason=lab_in_browser.NO_CHROMIUM)
def test_plotly_draws_it_in_jupyterlab_and_a_button_changes_it(open_notebook, folder):
    path = lab_in_browser.scratch(folder, "from lesson_utils import widgets", "widgets.landscape()")
    notebook = open_notebook(path)
    for index in range(2):
        notebook.run(index)
    place = notebook.output(1).locator(".jp-RenderedPlotly")
    place.locator(".gl-container canvas").first.wait_for()
    shown = "() => document.querySelector('.jp-RenderedPlotly').data.map(each => each.visible)"
    assert notebook.page.evaluate(shown) == [True, False, False, False]
    place.locator(".updatemenu-button").nth(2).click()
    notebook.page.wait_for_function(
        "() => document.querySelector('.jp-RenderedPlotly').data[2].visible === true"
    )
    assert notebook.page.evaluate(shown) == [False, False, True, False]
    assert place.bounding_box()["height"] == 520  # it once shrank to nothing at the first press
    assert notebook.errors == [] and notebook.outside == []
