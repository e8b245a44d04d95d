"""Formulas as MathML, which browsers draw by themselves: no script, no font from elsewhere."""

import latex2mathml.converter


def inline(self, node):
    self.body.append(latex2mathml.converter.convert(node.astext()))
    raise_skip()


def block(self, node):
    made = latex2mathml.converter.convert(node.astext(), display="block")
    self.body.append(f'<div class="formula">{made}</div>')
    raise_skip()


def raise_skip():
    from docutils.nodes import SkipNode

    raise SkipNode


def setup(app):
    """Register the renderer under the name that conf.py asks for."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
