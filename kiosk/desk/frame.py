"""What every page beside the calls has around its own content. Pure but for reading ``pages/NAME.html``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from markupsafe import escape

_PAGES = Path(__file__).parent / "pages"
_STYLE = '\n  <link rel="stylesheet" href="/static/{name}.css">'
_FRAME = """<!doctype html>
<html lang="zh-CN">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light">
  <title>{title}</title>
  <link rel="icon" type="image/svg+xml" href="/static/icon.svg">{styles}
  <script type="module" src="/static/{script}.js"></script>
</head>
<body>
<header id="bar"></header>
<p id="told" role="status" data-kind="warn"{hidden}>{told}</p>
{main}
</body>
</html>
"""


def framed(main: str, *, title: str, script: str, styles: Sequence[str] = (), told: str = "") -> str:
    """A whole page around its ``<main>``.

    ``script``, ``styles``: names of files in ``static``. ``told``: what went wrong; it is read first.
    """
    links = "".join(_STYLE.format(name=name) for name in ("desk", "pages", *styles))
    hidden = "" if told else " hidden"
    return _FRAME.format(
        title=escape(title), styles=links, script=script, hidden=hidden, told=escape(told), main=main.strip()
    )


def page(name: str, title: str, *, styles: Sequence[str] = ()) -> str:
    """The page of this name, whose content and script are called as it is."""
    main = (_PAGES / f"{name}.html").read_text(encoding="utf-8")
    return framed(main, title=title, script=name, styles=styles)
