"""Mouse on a chart that fetches what it is zoomed to."""

from __future__ import annotations

from playwright.sync_api import FloatRect, Page

# Alone in its container, of the last run, and with one listener beside Plotly's own: more would
# report each zoom more than once.
LISTENS = """(key) => {
  const plots = document.querySelectorAll(`.st-key-${key} .js-plotly-plot`);
  if (plots.length !== 1 || plots[0].closest("[data-stale=true]")) return false;
  if (document.querySelector("[data-test-script-state=running]")) return false;
  if (plots[0]._fullLayout?.dragmode !== "zoom") return false;
  return [plots[0]._ev?._events?.plotly_relayout ?? []].flat().length === 2;
}"""


def plot(page: Page, key: str) -> FloatRect:
    """Where the plot of a chart lies, once it is drawn and its zoom is listened to."""
    page.locator(f".st-key-{key} .js-plotly-plot .trace").first.wait_for(state="attached")
    page.wait_for_function(LISTENS, arg=key)
    # A new drawing loses the listener, and `pages.shared.zoom` looks for that every 200 ms.
    page.wait_for_timeout(300)
    page.wait_for_function(LISTENS, arg=key)
    box = page.locator(f".st-key-{key} .nsewdrag").first.bounding_box()
    assert box is not None
    return box


def drag(page: Page, key: str, start: float, end: float) -> None:
    """Drag over the plot, edges as shares of its width."""
    box = plot(page, key)
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], y, steps=6)
    page.mouse.up()


def double_click(page: Page, key: str) -> None:
    """Double click into the middle of the plot."""
    box = plot(page, key)
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
