"""A report as one HTML file that asks for nothing outside itself."""

from __future__ import annotations

from html import escape

from core.charts import TOKENS
from core.numerals import moment
from core.report import (
    SHAPES,
    Block,
    Chapter,
    Column,
    Facts,
    HeatFigure,
    Items,
    KeyFigure,
    KeyFigures,
    LineFigure,
    Note,
    Paragraph,
    Report,
    Section,
    State,
    Table,
    cell_texts,
    chapters,
    clean,
    described,
    figure_notes,
    figure_texts,
)
from core.report_figures import draw_svg

_INK = TOKENS["light"]
_STYLE = (
    ":root { color-scheme: light;"
    + "".join(f" --{name}: {value};" for name, value in _INK.items())
    + """ }
* { box-sizing: border-box; }
html { font-size: 15px; }
body { margin: 0; background: var(--background); color: var(--text);
  font: 1rem/1.5 "Source Sans 3", "Segoe UI", system-ui, "DejaVu Sans", sans-serif;
  overflow-wrap: break-word; }
.page { max-width: 920px; margin: 0 auto; padding: 2.5rem 1.5rem 3rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; }
h2 { font-size: 1.3rem; margin: 2.4rem 0 .8rem; padding-top: .8rem;
  border-top: 1px solid var(--border); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .6rem; }
h2 .n, h3 .n { color: var(--muted); font-weight: 400; margin-right: .6em; }
p { margin: .6rem 0; white-space: pre-line; max-width: 46em; }
.subtitle { color: var(--muted); font-size: 1.1rem; margin: 0 0 1rem; }
.ribbon { display: inline-block; color: #8A5A12; border: 1px solid var(--warning);
  border-radius: 4px; padding: .05rem .6rem; margin: 0 0 1rem; }
dl.facts { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .2rem 1.4rem;
  margin: .8rem 0 1.4rem; }
dl.facts dt { color: var(--muted); }
dl.facts dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
nav { background: var(--surface); border-radius: 4px; padding: .8rem 1.2rem; margin: 1.2rem 0; }
nav h2 { border: 0; margin: 0 0 .3rem; padding: 0; font-size: 1rem; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav li.part { padding-left: 1.6em; }
a { color: var(--primary); text-decoration: none; }
a:hover, a:focus { text-decoration: underline; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 1px;
  background: var(--surface); border: 1px solid var(--border); border-radius: 4px;
  overflow: hidden; margin: 1rem 0; }
.figures > div { box-shadow: 0 0 0 1px var(--border); padding: .6rem .9rem .7rem; min-width: 0; }
.figures .label, .figures .small { color: var(--muted); font-size: .85rem; white-space: pre-line; }
.figures .value { font-size: 1.55rem; line-height: 1.25; font-weight: 600;
  font-variant-numeric: tabular-nums; }
.figures .value.words { font-size: 1.1rem; }
.figures .value small { white-space: nowrap; }
.figures .state { white-space: normal; }
.figures .value small { font-size: .95rem; font-weight: 400; color: var(--muted);
  margin-left: .25em; }
.figures .interval { font-variant-numeric: tabular-nums; }
.note { border-left: 3px solid var(--muted); background: var(--surface); padding: .5rem .9rem;
  margin: 1rem 0; border-radius: 0 4px 4px 0; white-space: pre-line; }
.note b { display: block; }
figure { margin: 1.4rem 0; }
figcaption { font-weight: 600; margin-bottom: .4rem; }
figcaption .n { color: var(--muted); font-weight: 400; margin-right: .5em; }
figure svg { display: block; width: 100%; height: auto; }
.under { color: var(--muted); font-size: .85rem; margin: .3rem 0 0; padding: 0; max-width: none; }
ul.under { list-style: none; }
ul.under b { display: inline-block; min-width: 1.6em; color: var(--text); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem;
  font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; font-size: .82rem; color: var(--muted);
  border-bottom: 1.5px solid var(--muted); padding: .3rem .9rem .3rem 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--border); padding: .28rem .9rem .28rem 0; vertical-align: top;
  white-space: pre-line; }
td.long { min-width: 15em; overflow-wrap: anywhere; }
th.right, td.right { text-align: right; }
td.right, td.fixed { white-space: nowrap; }
tr > :last-child { padding-right: 0; }
.state { white-space: nowrap; }
footer { margin-top: 3rem; border-top: 1px solid var(--border); padding-top: .6rem;
  color: var(--muted); font-size: .85rem; }
@page { size: A4; margin: 18mm 18mm 20mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }
@media print {
  html { font-size: 9pt; }
  body { background: #fff; }
  table { font-size: 7.5pt; }
  p { max-width: none; }
  .figures { grid-template-columns: repeat(4, 1fr); }
  .page { max-width: none; padding: 0; }
  .figures, .note, nav, .ribbon, i { print-color-adjust: exact;
    -webkit-print-color-adjust: exact; }
  h2, h3, figcaption { break-after: avoid; }
  figure.picture, .figures, .note, tr { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  section.new-page { break-before: page; }
  a { color: inherit; }
}
"""
    + "".join(f".{name} > i {{ color: var(--{name}); font-style: normal; }}\n" for name in SHAPES)
    + "".join(f".note.{name} {{ border-color: var(--{name}); }}\n" for name in SHAPES)
)
# Characters from which on a column of texts keeps room for several words.
LONG_TEXT = 28
# Nothing is loaded from anywhere, whatever a text in the report may say.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def write_html(report: Report) -> bytes:
    """The report as one self-contained HTML file in UTF-8, to read on screen or to print.

    Raises
    ------
    ValueError : a table with rows of another length than its columns.
    """
    numbered = chapters(report)
    body = "\n".join(_section(one, report) for one in numbered)
    created = f"{report.word('created')} {moment(report.created, report.zone, report.language)}"
    ending = " · ".join(
        _text(part) for part in (report.program, report.author, created, report.zone) if part
    )
    page = f"""<!DOCTYPE html>
<html lang="{report.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="{_text(report.program)}">
<title>{_text(report.title)}</title>
<style>
{_STYLE}</style>
</head>
<body>
<div class="page">
<header>
<h1>{_text(report.title)}</h1>
<p class="subtitle">{_text(report.subtitle)}</p>
{_ribbon(report)}{_facts(report.facts)}
</header>
{_contents(numbered, report)}
<main>
{body}
</main>
<footer>{ending}</footer>
</div>
</body>
</html>
"""
    return page.encode()


def _text(text: str) -> str:
    return escape(clean(text))


def _ribbon(report: Report) -> str:
    return f'<p class="ribbon">{report.word("synthetic")}</p>\n' if report.synthetic else ""


def _contents(numbered: list[Chapter], report: Report) -> str:
    lines = "\n".join(
        f'<li{_part(one.section)}><a href="#{_anchor(one)}">{one.number}&ensp;'
        f"{_text(one.section.title)}</a></li>"
        for one in numbered
    )
    return f"<nav>\n<h2>{report.word('contents')}</h2>\n<ol>\n{lines}\n</ol>\n</nav>"


def _part(section: Section) -> str:
    return ' class="part"' if section.level == 2 else ""


def _anchor(chapter: Chapter) -> str:
    return f"s{chapter.number.replace('.', '-')}"


def _section(chapter: Chapter, report: Report) -> str:
    level = chapter.section.level + 1
    blocks = "\n".join(
        _block(block, name, f"{_anchor(chapter)}b{i}", report)
        for i, (name, block) in enumerate(chapter.blocks)
    )
    new_page = ' class="new-page"' if chapter.section.new_page else ""
    return (
        f'<section id="{_anchor(chapter)}"{new_page}>\n<h{level}><span class="n">{chapter.number}'
        f"</span>{_text(chapter.section.title)}</h{level}>\n{blocks}\n</section>"
    )


def _block(block: Block, name: str, prefix: str, report: Report) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{_text(block.text)}</p>"
    if isinstance(block, Note):
        title = f"<b>{_text(block.title)}</b>" if block.title else ""
        return f'<div class="note {block.state}">{title}{_text(block.text)}</div>'
    if isinstance(block, Items):
        kind = "ol" if block.numbered else "ul"
        return f"<{kind}>{''.join(f'<li>{_text(item)}</li>' for item in block.items)}</{kind}>"
    if isinstance(block, Facts):
        return _facts(block.pairs)
    if isinstance(block, KeyFigures):
        return (
            f'<div class="figures">{"".join(_key_figure(f, report) for f in block.figures)}</div>'
        )
    if isinstance(block, Table):
        return _table(block, name, report)
    return _picture(block, name, prefix, report)


def _facts(pairs: tuple[tuple[str, str], ...]) -> str:
    if not pairs:
        return ""
    lines = "".join(f"<dt>{_text(label)}</dt><dd>{_text(value)}</dd>" for label, value in pairs)
    return f'<dl class="facts">{lines}</dl>'


def _state(state: State, word: str) -> str:
    shape = f'<i aria-hidden="true">{SHAPES[state]}</i>'
    return f'<span class="state {state}">{shape} {_text(word)}</span>'


def _key_figure(one: KeyFigure, report: Report) -> str:
    value, unit, interval = figure_texts(one, report.language)
    words = " words" if isinstance(one.value, str) else ""
    unit = f"<small>{escape(unit)}</small>" if unit else ""
    lines = [
        f'<div class="label">{_text(one.label)}</div>',
        f'<div class="value{words}">{escape(value)}{unit}</div>',
        f'<div class="interval">{escape(interval)}</div>' if interval else "",
        f"<div>{_state(one.state, one.word)}</div>" if one.state else "",
        f'<div class="small">{_text(one.note)}</div>' if one.note else "",
    ]
    return f"<div>{''.join(lines)}</div>"


def _caption(name: str, title: str) -> str:
    return f'<figcaption><span class="n">{name}:</span>{_text(title)}</figcaption>'


def _table(table: Table, name: str, report: Report) -> str:
    printed = cell_texts(table, report)
    classes = [
        _cell_class(column, max((len(texts[i]) for texts in printed), default=0))
        for i, column in enumerate(table.columns)
    ]
    marks = [f' class="{one}"' if one else "" for one in classes]
    heads = "".join(
        f'<th scope="col"{mark}>{_text(column.head)}</th>'
        for mark, column in zip(marks, table.columns, strict=True)
    )
    lines = []
    for texts, cells in zip(printed, table.rows, strict=True):
        line = "".join(
            f"<td{mark}>"
            + (_state(*cell) if column.kind == "state" and cell is not None else escape(text))
            + "</td>"
            for mark, column, text, cell in zip(marks, table.columns, texts, cells, strict=True)
        )
        lines.append(f"<tr>{line}</tr>")
    if not lines:
        lines = [f'<tr><td colspan="{len(marks)}">{report.word("no_rows")}</td></tr>']
    rows = "\n".join(lines)
    under = "".join(f'<p class="under">{_text(note)}</p>' for note in table.notes)
    return (
        f'<figure>{_caption(name, table.title)}<div class="scroll"><table>\n<thead><tr>{heads}</tr>'
        f"</thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>{under}</figure>"
    )


def _cell_class(column: Column, longest: int) -> str:
    if column.right:
        return "right"
    if column.kind in ("day", "moment"):
        return "fixed"
    return "long" if longest > LONG_TEXT else ""


def _picture(figure: LineFigure | HeatFigure, name: str, prefix: str, report: Report) -> str:
    svg = draw_svg(figure, report.language, prefix)
    alt = escape(described(figure, report.language))
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{alt}"', 1)
    told = figure_notes(figure, report.language)
    notes = "".join(f"<li><b>{key}</b> {_text(text)}</li>" for key, text in told)
    under = f'<ul class="under">{notes}</ul>' if notes else ""
    if figure.caption:
        under += f'<p class="under">{_text(figure.caption)}</p>'
    return f'<figure class="picture">{_caption(name, figure.title)}{svg}{under}</figure>'
