"""Words of the Alerts page; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
ALERTS: dict[str, tuple[str, str]] = {
    "nav.alerts": ("Alerts", "Alarme"),
    # --- severities and states ---
    "alerts.severity.info": ("Information", "Hinweis"),
    "alerts.severity.warning": ("Warning", "Warnung"),
    "alerts.severity.error": ("Error", "Störung"),
    "alerts.severity.critical": ("Critical", "Kritisch"),
    "alerts.state.open": ("open", "offen"),
    "alerts.state.acknowledged": ("acknowledged", "quittiert"),
    "alerts.state.snoozed": ("snoozed", "zurückgestellt"),
    "alerts.state.ended": ("ended", "beendet"),
    # --- shipped rules ---
    "alerts.rule.underperformance": ("Less than peers", "Weniger als Vergleichbare"),
    "alerts.rule.below_expected": ("Less than expected", "Weniger als erwartet"),
    "alerts.rule.equipment_fault": ("Equipment fault", "Gerätefehler"),
    "alerts.rule.smoke_or_error": ("Smoke or error flag", "Rauch- oder Fehlermeldung"),
    "alerts.rule.no_data": ("No data", "Keine Daten"),
    "alerts.rule.grid_voltage": ("Grid voltage", "Netzspannung"),
    "alerts.rule.grid_frequency": ("Grid frequency", "Netzfrequenz"),
    "alerts.rule.cell_spread": ("Cell spread", "Zellspreizung"),
    "alerts.rule.temperature": ("Temperature", "Temperatur"),
    "alerts.rule.soc_stuck": ("State of charge stuck", "Ladezustand steht"),
    "alerts.rule.counter_reset": ("Counter reset", "Zähler zurückgesetzt"),
    "alerts.rule.data_quality_cells": ("Cell voltage stuck", "Zellspannung steht"),
    "alerts.rule.data_quality_power": ("Inverter power stuck", "Wechselrichterleistung steht"),
    # --- the answer ---
    "alerts.figure.unseen": ("{count} not acknowledged", "{count} nicht quittiert"),
    "alerts.headline.calm": ("No alert is open.", "Kein Alarm ist offen."),
    "alerts.headline.one": (
        "One alert is open: {rule} at {device} since {moment}.",
        "Ein Alarm ist offen: {rule} an {device} seit {moment}.",
    ),
    "alerts.headline.some": (
        "{count} alerts are open, the gravest {rule} at {device} since {moment}.",
        "{count} Alarme sind offen, der schwerste {rule} an {device} seit {moment}.",
    ),
    # --- filter and tables ---
    "alerts.filter.all": ("All", "Alle"),
    "alerts.filter.severity": ("Severity", "Schwere"),
    "alerts.filter.of": ("Device", "Gerät"),
    "alerts.filter.rule": ("Rule", "Regel"),
    "alerts.filter.state": ("State", "Zustand"),
    "alerts.open": ("Open alerts", "Offene Alarme"),
    "alerts.open.none": (
        "None is open, or none that the filter lets through.",
        "Keiner ist offen, oder keiner, den der Filter durchlässt.",
    ),
    "alerts.history": ("History", "Verlauf"),
    "alerts.history.none": ("No alert has ended yet.", "Noch ist kein Alarm beendet."),
    "alerts.more": (
        "The newest {shown} of {all} are shown; the filter narrows them.",
        "Gezeigt sind die neuesten {shown} von {all}; der Filter grenzt sie ein.",
    ),
    "alerts.col.severity": ("Severity", "Schwere"),
    "alerts.col.rule": ("Rule", "Regel"),
    "alerts.col.device": ("Device", "Gerät"),
    "alerts.col.start": ("Begin", "Beginn"),
    "alerts.col.lasted": ("Lasted", "Dauer"),
    "alerts.col.peak": ("Peak", "Spitzenwert"),
    "alerts.col.count": ("Times", "Anzahl"),
    "alerts.col.state": ("State", "Zustand"),
    "alerts.col.note": ("Acknowledged by", "Quittiert von"),
}
