"""The landscape of cosines shows what the formula says, and plotly draws it in JupyterLab."""

import math

import numpy as np
import pytest

from lesson_utils import widgets
from lesson_utils.widgets import landscape_figure as drawn
from tests import lab_in_browser

pytestmark = pytest.mark.lesson("03")


def is_new(speed: float, offset: int) -> bool:
    """Say by the paper's words: a pair that finished no turn, at an angle beyond its last one."""
    reached = speed * 512
    return reached < math.tau and speed * offset % math.tau >= reached - 1e-9


def test_heights_and_colours_are_those_of_the_closed_form():
    offsets = np.array([0, 16, 512, 528, 2000, 4096])
    height, new = drawn.cosines(offsets)
    speeds = [10_000.0 ** (-2 * pair / 64) for pair in drawn.PAIRS]
    expected = [[math.cos(speed * at) for at in offsets] for speed in speeds]
    np.testing.assert_allclose(height, expected, atol=2e-4)  # float32 speeds times 4,096
    np.testing.assert_array_equal(new, [[is_new(speed, at) for at in offsets] for speed in speeds])


def test_the_share_of_new_angles_is_that_of_the_closed_form(capsys):
    speeds = [10_000.0 ** (-2 * pair / 64) for pair in range(32)]
    share = sum(is_new(speed, at) for speed in speeds for at in range(4096)) / (32 * 4096)
    assert drawn.share_of_new() == pytest.approx(share, abs=1e-4)
    widgets.landscape()
    assert f"{share:.0%} of the angles are new" in capsys.readouterr().out


def test_the_surface_carries_the_numbers_and_which_are_new():
    (surface,) = drawn.as_plotly().data
    height, new = drawn.cosines(drawn.OFFSETS)
    np.testing.assert_allclose(surface.z, height, atol=5e-4)
    np.testing.assert_array_equal(surface.surfacecolor, new)


@pytest.mark.browser
@pytest.mark.skipif(lab_in_browser.find_chromium() is None, reason=lab_in_browser.NO_CHROMIUM)
def test_plotly_draws_it_in_jupyterlab(open_notebook, folder):
    path = lab_in_browser.scratch(folder, "from lesson_utils import widgets", "widgets.landscape()")
    notebook = open_notebook(path)
    for index in range(2):
        notebook.run(index)
    place = notebook.output(1).locator(".jp-RenderedPlotly")
    place.locator(".gl-container canvas").first.wait_for()
    assert place.bounding_box()["height"] == 520
    assert notebook.errors == [] and notebook.outside == []
