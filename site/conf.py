"""How Sphinx makes the published pages from what `python -m tools.pages` has laid out."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]

from tools.pages import links  # noqa: E402

project = "Stretching RoPE"
author = "Stretching RoPE authors"
project_copyright = author
release = links.version()
language = "en"
root_doc = "index"
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "mathml",
]

# Notebooks are saved with their outputs, and the pages show these.
nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_merge_streams = True
nb_code_prompt_show = "Show the {type}"
nb_code_prompt_hide = "Hide"
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
myst_html_meta = {
    "description": "Build rotary position embeddings, break a language model by reading past its "
    "window, and repair it with a few lines of arithmetic: notebooks that run in the browser."
}

# Two modules may have a class of the same name, and a docstring names it in short.
suppress_warnings = ["ref.python"]
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"show-inheritance": False}
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "furo"
html_title = project
templates_path = ["_templates"]
html_favicon = "_static/icon.svg"
html_css_files = ["views/page.css", "pages.css"]
html_js_files = [("pages.js", {"type": "module"})]
html_copy_source = False
html_show_sourcelink = False
html_math_renderer = "mathml"
html_theme_options = {"top_of_page_buttons": [], "sidebar_hide_name": False}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
copybutton_selector = "div.cell_input pre, div.highlight-python pre, div.highlight-default pre"

# Switch this on in a repository that has GitHub Discussions: each page then links to them.
discussions = False

html_context = {
    "repository": links.GITHUB,
    "version_of_course": release,
    "discussions": discussions,
}


def setup(app):
    """Take the scripts and styles from where `python -m tools.pages` has laid them."""
    app.connect("config-inited", lambda app, config: config.html_static_path.append(laid(app)))


def laid(app) -> str:
    return str(Path(app.srcdir) / "_static")
