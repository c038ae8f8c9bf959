"""Sentences that reading and entering data write down in English, in the page's language.

The store keeps reasons of quarantine and notes about layouts as English sentences, the same for
every visitor. What is not known here is shown as it stands.
"""

from __future__ import annotations

import re
from functools import cache

from core.errors import SourceError
from pages.shared.texts import TEXTS, current_language, t
from pages.shared.texts_dispatch import DISPATCH_SENTENCES
from pages.shared.texts_forecasts import FORECAST_SENTENCES
from pages.shared.texts_refusals import PLANT_SENTENCES

# English as written by ingest, German; what stands in braces is taken over. The first that fits.
SENTENCES: tuple[tuple[str, str], ...] = (
    # --- reasons of quarantine ---
    ("not a number", "keine Zahl"),
    ("no time stamp", "kein Zeitstempel"),
    ("time out of range", "Zeit außerhalb des Bereichs"),
    ("time does not exist in {zone}", "diese Zeit gibt es in {zone} nicht"),
    ("outside {low} .. {high}", "außerhalb {low} .. {high}"),
    ("{count} fields instead of {width}", "{count} Felder statt {width}"),
    ("NUL bytes", "NUL-Bytes"),
    ("no row of this table", "keine Zeile dieser Tabelle"),
    ("the nominal year has no 29 February", "das Nennjahr hat keinen 29. Februar"),
    ("no price", "kein Preis"),
    # --- notes about layouts ---
    (
        "typical year: months of {count} different years, kept as {year}",
        "typisches Jahr: Monate aus {count} verschiedenen Jahren, abgelegt als {year}",
    ),
    ("hourly values of PVGIS, UTC", "Stundenwerte von PVGIS, UTC"),
    ("not read: {names}", "nicht gelesen: {names}"),
    (
        "a forecast, kept by how long before its time it was known",
        "eine Vorhersage, abgelegt danach, wie lange vorher sie bekannt war",
    ),
    (
        "intervals of {minutes} min from midnight in {zone}",
        "Intervalle von {minutes} min ab Mitternacht in {zone}",
    ),
    ("time from column {name}", "Zeit aus Spalte {name}"),
    ("decimal comma", "Dezimalkomma"),
    ("no row yet", "noch keine Zeile"),
    (
        "each time stamp carries its offset from UTC",
        "jeder Zeitstempel trägt seinen Versatz zu UTC",
    ),
    ("UTC by the column's name", "UTC laut Name der Spalte"),
    (
        "the column's name says {zone}: declare zone if it is not the site's",
        "der Name der Spalte sagt {zone}: Zone angeben, wenn es nicht die des Standorts ist",
    ),
    ("counts {unit} since 1970 UTC", "zählt {unit} seit 1970 UTC"),
    ("counts {unit} from {origin}, as declared", "zählt {unit} ab {origin}, wie angegeben"),
    (
        "no time column: {start} and every {step} µs, as declared",
        "keine Zeitspalte: ab {start} alle {step} µs, wie angegeben",
    ),
    (
        "time format {form}: as {other} some rows would have no such date",
        "Zeitformat {form}: als {other} hätten manche Zeilen kein gültiges Datum",
    ),
    (
        "time format {form}: the column name says so",
        "Zeitformat {form}: laut Name der Spalte",
    ),
    (
        "time format {form}: only so are the steps regular",
        "Zeitformat {form}: nur so sind die Schritte gleichmäßig",
    ),
    (
        "time format {form}: day and month cannot be told apart, day first assumed",
        "Zeitformat {form}: Tag und Monat nicht zu unterscheiden, Tag zuerst angenommen",
    ),
    ("time format {form}", "Zeitformat {form}"),
    ("label END: the column's name says so", "Stempel nennt das ENDE: laut Name der Spalte"),
    (
        "label END: regular {step} min, first {first}, last {last}, not 00:00; "
        "if labels name starts, declare label",
        "Stempel nennt das ENDE: alle {step} min, erster {first}, letzter {last}, nicht 00:00; "
        "falls Stempel den Anfang nennen, bitte label angeben",
    ),
    (
        "label END: regular {step} min, first {first}, last {last}",
        "Stempel nennt das ENDE: alle {step} min, erster {first}, letzter {last}",
    ),
    (
        "label START assumed: first {first}, last {last} do not tell; if end, declare label",
        "Stempel als ANFANG angenommen: erster {first}, letzter {last} sagen es nicht; "
        "falls Ende, bitte label angeben",
    ),
    ("interval {step} min, the usual step", "Intervall {step} min, der übliche Schritt"),
    ("column {name} skipped, as declared", "Spalte {name} übergangen, wie angegeben"),
    ("column {name} skipped: text", "Spalte {name} übergangen: Text"),
    ("column {name} skipped: a time", "Spalte {name} übergangen: eine Zeit"),
    ("column {name} has no value so far", "Spalte {name} ist bisher leer"),
    (
        "long table: signals are named in column {name}",
        "lange Tabelle: Spalte {name} nennt die Signale",
    ),
    # --- why a file cannot be read ---
    ("the file is empty", "die Datei ist leer"),
    ("no time column and no row of numbers", "keine Zeitspalte und keine Zeile mit Zahlen"),
    (
        "no time column: column {name} is no time stamp (first cell {cell})",
        "keine Zeitspalte: Spalte {name} ist kein Zeitstempel (erste Zelle {cell})",
    ),
    ("no time column", "keine Zeitspalte"),
    (
        "column {name} counts from an unknown origin (first cell {cell})",
        "Spalte {name} zählt von einem unbekannten Anfang (erste Zelle {cell})",
    ),
    (
        "column {name} counts from an unknown origin",
        "Spalte {name} zählt von einem unbekannten Anfang",
    ),
    ("column {name} is no time stamp", "Spalte {name} ist kein Zeitstempel"),
    ("two columns are called {name}", "zwei Spalten heißen {name}"),
    ("is not text", "ist kein Text"),
    ("is not a {ending} file", "ist keine {ending}-Datei"),
    ("is not a readable Parquet file ({why})", "ist keine lesbare Parquet-Datei ({why})"),
    (
        "damaged zip archive, or one without a table in it",
        "beschädigtes ZIP-Archiv oder eines ohne Tabelle",
    ),
    ("no table in the first {count} bytes", "keine Tabelle in den ersten {count} Byte"),
    ("cannot be read ({why})", "kann nicht gelesen werden ({why})"),
    ("no row of this file can be read: {why}", "keine Zeile der Datei ist lesbar: {why}"),
    ("no row of this file can be read", "keine Zeile der Datei ist lesbar"),
    # --- what would be right ---
    ("a column of time stamps, or start and step in source.toml",
     "eine Spalte mit Zeitstempeln, oder start und step in source.toml"),
    ("a table of readings with a column of time stamps",
     "eine Tabelle von Messwerten mit einer Zeitspalte"),
    ("a table of readings", "eine Tabelle von Messwerten"),
    ("a table in the archive", "eine Tabelle im Archiv"),
    ("a column of numbers", "eine Spalte mit Zahlen"),
    ("a time stamp column", "eine Spalte mit Zeitstempeln"),
    ("one signal per column", "ein Signal je Spalte"),
    (
        "ISO 8601 or d.m.Y H:M, a format in source.toml, or start and step there",
        "ISO 8601 oder T.M.J H:M, ein format in source.toml, oder start und step dort",
    ),
    ("{origin} and {unit} in source.toml", "{origin} und {unit} in source.toml"),
    ("header in source.toml", "header in source.toml"),
    ("a file name alone", "ein Dateiname ohne Pfad"),
    ("a name that begins with a letter", "ein Name, der mit einem Buchstaben beginnt"),
    (
        "up to 64 letters, digits, spaces and . ( ) + & _ -, a letter or digit first",
        "bis zu 64 Buchstaben, Ziffern, Leerzeichen und . ( ) + & _ -, zuerst ein Buchstabe oder "
        "eine Ziffer",
    ),
    ("up to 120 printable characters", "bis zu 120 druckbare Zeichen"),
    (
        "a store of its own: ZIGGURAT_STORE=NEW_FOLDER, made by preprocess.py build",
        "ein eigener Datenspeicher: ZIGGURAT_STORE=NEUER_ORDNER, angelegt mit preprocess.py build",
    ),
    (
        "at most {limit} MB; larger files: preprocess.py build --source FOLDER",
        "höchstens {limit} MB; größere Dateien: preprocess.py build --source ORDNER",
    ),
    ("at most {limit} MB unpacked", "höchstens {limit} MB entpackt"),
    ("a time that has passed", "eine vergangene Zeit"),
    ("a later time", "eine spätere Zeit"),
    ("a number as {example}", "eine Zahl wie {example}"),
    ("a number", "eine Zahl"),
    ("a date as {example}", "ein Datum wie {example}"),
    ("a time that the clock shows in {zone}", "eine Zeit, die die Uhr in {zone} zeigt"),
    ("one of {names}", "eines von {names}"),
    ("{low} .. {high} {unit}", "{low} .. {high} {unit}"),
    ("{low} .. {high}", "{low} .. {high}"),
    ("{one} or {other}", "{one} oder {other}"),
)  # fmt: skip
# Where an error stands, as `core.errors.SourceError` and `core.plant_faults` write it.
_PLACED = re.compile(r"(?P<path>\S+?):(?P<line>\d+): (?P<why>.+)", re.DOTALL)
_EXPECTED = re.compile(r"(?P<why>.+); expected (?P<right>.+)", re.DOTALL)
_PARTS = {"field": r"\S+"}  # the name of a key, no sentence
_DECIMAL = re.compile(r"-?\d+\.\d+")


def in_language(text: str, lang: str | None = None) -> str:
    """A sentence of the ledger or an error in the page's language; as it is where unknown."""
    if (lang or current_language()) != "de":
        return text
    for pattern, german in _patterns():
        if found := pattern.fullmatch(text):
            parts = found.groupdict()
            return german.format(**{name: _german(name, parts[name]) for name in parts})
    return text


def detail_in_language(text: str) -> str:
    """The words of an error in the page's language, with file, line and what was expected."""
    placed = _PLACED.fullmatch(text)
    if placed:
        return f"{placed['path']}:{placed['line']}: {detail_in_language(placed['why'])}"
    expected = _EXPECTED.fullmatch(text)
    if expected:
        right = t("wording.expected", expected=in_language(expected["right"]))
        return f"{in_language(expected['why'])}; {right}"
    return in_language(text)


def _german(name: str, part: str) -> str:
    """A part taken over: names stay as they are, numbers and a sentence within do not."""
    if name in ("why", "right"):
        return in_language(part, "de")
    if name == "quantity" and f"ahead.quantity.{part}" in TEXTS:
        return f"„{t(f'ahead.quantity.{part}', lang='de')}“"
    if name in ("then", "now"):  # versions and names
        return part
    return part.replace(".", ",") if _DECIMAL.fullmatch(part) else part


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    found = []
    every = (*PLANT_SENTENCES, *DISPATCH_SENTENCES, *FORECAST_SENTENCES, *SENTENCES)
    for english, german in every:
        pieces = re.split(r"\{(\w+)\}", english)
        # Texts and names of groups take turns.
        pattern = "".join(
            f"(?P<{piece}>{_PARTS.get(piece, '.+?')})" if place % 2 else re.escape(piece)
            for place, piece in enumerate(pieces)
        )
        found.append((re.compile(pattern, re.DOTALL), german))
    return tuple(found)


def refusal_detail(error: SourceError, *, said: bool) -> str:
    """Where something is wrong and what would be right; also what is, unless it was `said`."""
    where = str(error.path) if str(error.path) not in (".", "") else ""
    if error.line is not None:
        where = t("wording.line", where=where, line=str(error.line))
    why = "" if said else in_language(error.why)
    detail = ": ".join(part for part in (where, why) if part)
    if not error.expected:
        return detail
    right = t("wording.expected", expected=in_language(error.expected))
    return f"{detail}; {right}" if detail else right
