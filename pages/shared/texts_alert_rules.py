"""Words about rules of alerts: what they are for, and what is wrong with them."""

from __future__ import annotations

# key: (English, German).
ALERT_RULES: dict[str, tuple[str, str]] = {
    "alerts.field.title": ("Meaning", "Bedeutung"),
    "alerts.maintenance": ("Maintenance", "Wartung"),
    # --- notes of shipped rules, as core/alert_rules.toml has them ---
    "alerts.about.underperformance": (
        "An inverter yields less than its peers, hour by hour.",
        "Ein Wechselrichter bringt Stunde um Stunde weniger als vergleichbare.",
    ),
    "alerts.about.below_expected": (
        "A plant yields less than its irradiance lets expect, hour by hour.",
        "Eine Anlage bringt Stunde um Stunde weniger, als ihre Einstrahlung erwarten lässt.",
    ),
    "alerts.about.equipment_fault": (
        "A device says that something of it is out of order.",
        "Ein Gerät meldet, dass etwas an ihm gestört ist.",
    ),
    "alerts.about.smoke_or_error": (
        "A flag for smoke, fire, an emergency stop or an error is set.",
        "Eine Meldung für Rauch, Feuer, Not-Halt oder Fehler steht an.",
    ),
    "alerts.about.no_data": (
        "Nothing came from a device; ends when data return, or with the day it is said to have "
        "ended for good.",
        "Von einem Gerät kam nichts; endet, wenn wieder Daten kommen, oder mit dem Tag, ab dem es "
        "laut Angaben außer Betrieb ist.",
    ),
    "alerts.about.grid_voltage": (
        "Phase voltage outside what a 230 V grid has.",
        "Die Leiterspannung liegt außerhalb dessen, was ein 230-V-Netz hat.",
    ),
    "alerts.about.grid_frequency": (
        "Frequency outside what the grid has.",
        "Die Frequenz liegt außerhalb dessen, was das Netz hat.",
    ),
    "alerts.about.cell_spread": (
        "Highest and lowest cell are apart between the knees, where cells in order stay together.",
        "Höchste und niedrigste Zelle liegen zwischen den Knien auseinander, wo gesunde "
        "Zellen beisammenbleiben.",
    ),
    "alerts.about.temperature": (
        "A cell or a battery is too warm.",
        "Eine Zelle oder ein Speicher ist zu warm.",
    ),
    "alerts.about.soc_stuck": (
        "The state of charge stays although a share of the capacity has moved.",
        "Der Ladezustand steht, obwohl ein Teil der Kapazität bewegt wurde.",
    ),
    "alerts.about.counter_reset": (
        "An energy counter fell by more than half.",
        "Ein Energiezähler fiel um mehr als die Hälfte.",
    ),
    "alerts.about.data_quality_cells": (
        "A cell's voltage stays although the battery has moved a good part of its charge.",
        "Die Spannung einer Zelle steht, obwohl der Speicher einen guten Teil seiner "
        "Ladung bewegt hat.",
    ),
    "alerts.about.data_quality_power": (
        "The power of an inverter stays although the irradiance changes; not at night "
        "nor at its limit.",
        "Die Leistung eines Wechselrichters steht, obwohl sich die Einstrahlung ändert; "
        "nicht nachts und nicht an seiner Grenze.",
    ),
    "alerts.about.data_quality_irradiance": (
        "The irradiance stays although the power of the plant changes by its nominal power.",
        "Die Einstrahlung steht, obwohl sich die Leistung der Anlage um ihre Nennleistung ändert.",
    ),
    # --- what cannot be ---
    "alerts.wrong.of": (
        "rule {rule}: {what}",
        "Regel {rule}: {what}",
    ),
    "alerts.wrong.in": (
        "{what} (column {column})",
        "{what} (Spalte {column})",
    ),
    "alerts.wrong.name": (
        "this is no name for a rule; expected words, e.g. room too warm",
        "das ist kein Name für eine Regel; erwartet sind Wörter, z. B. Raum zu warm",
    ),
    "alerts.wrong.no_name": (
        "a rule has no name",
        "eine Regel hat keinen Namen",
    ),
    "alerts.wrong.twice": (
        "there are two of this name",
        "es gibt zwei dieses Namens",
    ),
    "alerts.wrong.no_limit": (
        "a limit is missing, e.g. > 45",
        "eine Grenze fehlt, z. B. > 45",
    ),
    "alerts.wrong.limit": (
        "“{found}” is no limit; expected e.g. > 45 or < 180, > 260",
        "„{found}“ ist keine Grenze; erwartet ist z. B. > 45 oder < 180, > 260",
    ),
    "alerts.wrong.number": (
        "“{found}” is no number; expected e.g. 0.05",
        "„{found}“ ist keine Zahl; erwartet ist z. B. 0,05",
    ),
    "alerts.wrong.empty_limit": (
        "{severity} has no bound; expected e.g. > 45",
        "{severity} hat keine Grenze; erwartet ist z. B. > 45",
    ),
    "alerts.wrong.crossed": (
        "{severity}: the lower bound must be less than the upper one, not {limit}",
        "{severity}: Die untere Grenze muss kleiner sein als die obere, nicht {limit}",
    ),
    "alerts.wrong.order": (
        "{grave} ({inner}) must lie beyond {mild} ({outer})",
        "{grave} ({inner}) muss weiter außen liegen als {mild} ({outer})",
    ),
    "alerts.wrong.clear_by": (
        "falling back by {found} leaves no good value between {low} and {high}",
        "ein Rückfall um {found} lässt zwischen {low} und {high} keinen guten Wert",
    ),
    "alerts.wrong.negative": (
        "times and “clear by” are 0 or more",
        "Zeiten und „Rückfall“ sind 0 oder mehr",
    ),
    "alerts.wrong.rate": (
        "a rate of change needs “change”",
        "eine Änderung braucht „Breite“",
    ),
    "alerts.wrong.deviation": (
        "a deviation needs “against”: peers, expected, forecast or a quantity",
        "eine Abweichung braucht „Gegen“: peers, expected, forecast oder eine Messgröße",
    ),
    "alerts.wrong.mean": (
        "a deviation needs “mean of”: means are compared",
        "eine Abweichung braucht „Mittel über“: verglichen werden Mittel",
    ),
    "alerts.wrong.stuck": (
        "a stuck value needs “against”, the quantity that moves meanwhile",
        "ein stehender Wert braucht „Gegen“, die Messgröße, die sich indessen bewegt",
    ),
    "alerts.wrong.silence": (
        "missing data need an upper bound in seconds, e.g. > 300",
        "fehlende Daten brauchen eine obere Grenze in Sekunden, z. B. > 300",
    ),
    "alerts.wrong.nothing": (
        "a quantity or a signal to watch is missing",
        "es fehlt eine Messgröße oder ein Signal",
    ),
    "alerts.wrong.quiet": (
        "“{found}” is no span of local time; expected e.g. 22:00-06:00",
        "„{found}“ ist keine Zeitspanne; erwartet ist z. B. 22:00-06:00",
    ),
    "alerts.wrong.value": (
        "“{found}” cannot be",
        "„{found}“ ist nicht möglich",
    ),
    "alerts.wrong.shipped": (
        "it is a shipped one: switch it off instead",
        "sie ist mitgeliefert: bitte stattdessen abschalten",
    ),
    "alerts.wrong.changed": (
        "{path} was changed meanwhile; look at it again",
        "{path} wurde inzwischen geändert; bitte neu ansehen",
    ),
    "alerts.wrong.by_hand": (
        "{path}: a value over several lines or in a table of its own has to be changed by hand",
        "{path}: Ein Wert über mehrere Zeilen oder in einer eigenen Tabelle ist von Hand zu ändern",
    ),
    # --- what nothing answers to ---
    "alerts.doubt.quantity": (
        "{place}: no quantity {name} is known",
        "{place}: Eine Messgröße {name} ist nicht bekannt",
    ),
    "alerts.doubt.device": (
        "{place}: no device {name} is in the store",
        "{place}: Ein Gerät {name} gibt es hier nicht",
    ),
    "alerts.doubt.site": (
        "{place}: no site {name} is in the store",
        "{place}: Einen Standort {name} gibt es hier nicht",
    ),
    "alerts.doubt.group": (
        "{place}: no group {name} is in the store",
        "{place}: Eine Gruppe {name} gibt es hier nicht",
    ),
    "alerts.doubt.near": (
        "; did you mean {name}?",
        "; ist {name} gemeint?",
    ),
}
