"""A view finds its place on Colab, which has no ``element``, and in JupyterLab, which has."""

import pytest

from lesson_utils.widgets import distance
from tests import lab_in_browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(lab_in_browser.find_chromium() is None, reason=lab_in_browser.NO_CHROMIUM),
]
COLAB = "globalThis.google = { colab: { output: { getActiveOutputArea: () => place } } };"
JUPYTERLAB = "globalThis.element = place;"


@pytest.mark.parametrize("host", [COLAB, JUPYTERLAB], ids=["colab", "jupyterlab"])
def test_the_script_of_a_view_draws_in_the_cell_that_ran(chromium, host):
    tab = chromium.new_page()
    tab.set_content("<body><div id='place'></div></body>")
    tab.evaluate(f"() => {{ const place = document.getElementById('place'); {host} }}")
    tab.add_script_tag(content=distance.view().as_javascript())
    tab.wait_for_selector("#place svg, #place canvas", timeout=60_000)
    assert tab.locator("#place input").count() >= 1
    tab.close()
