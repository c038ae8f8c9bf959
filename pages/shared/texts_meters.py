"""Words of the meters page; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
METERS: dict[str, tuple[str, str]] = {
    "meters.none": (
        "{device} has neither a power nor a counter of energy.",
        "{device} hat weder eine Leistung noch einen Energiezähler.",
    ),
    "meters.none.mend": (
        "Devices that do: {names}.",
        "Geräte, die eines davon haben: {names}.",
    ),
    "meters.none.nowhere": (
        "No device of this store has one.",
        "Kein Gerät dieses Speichers hat eines davon.",
    ),
    "meters.no_power": (
        "{device} has counters but no power: its energy is shown, this section needs a power.",
        "{device} hat Zähler, aber keine Leistung: Die Energie wird gezeigt, "
        "dieser Abschnitt braucht eine Leistung.",
    ),
    "meters.empty": (
        "{device} has no readings of {signal} from {span}.",
        "{device} hat keine Messwerte von {signal} im Zeitraum {span}.",
    ),
    "meters.empty.mend": (
        "Readings run from {first} to {last}: choose a window in there.",
        "Messwerte liegen von {first} bis {last} vor: bitte einen Zeitraum darin wählen.",
    ),
    "meters.section": ("Section", "Abschnitt"),
    "meters.section.power": ("Power", "Leistung"),
    "meters.section.energy": ("Energy", "Energie"),
    "meters.section.profile": ("Load profile", "Lastprofil"),
    "meters.section.duration": ("Duration curve", "Dauerlinie"),
    "meters.section.statistics": ("Statistics", "Statistik"),
    "meters.of": ("Power looked at", "Betrachtete Leistung"),
    "meters.now": ("Newest power", "Neueste Leistung"),
    "meters.energy": ("Energy", "Energie"),
    "meters.balance": ("Energy, balance", "Energie, Saldo"),
    "meters.import": ("Import", "Bezug"),
    "meters.export": ("Export", "Einspeisung"),
    "meters.charged": ("Charged", "Geladen"),
    "meters.discharged": ("Discharged", "Entladen"),
    "meters.generation": ("Generation", "Erzeugung"),
    "meters.total": ("Counter", "Zähler"),
    "meters.peak": ("Peak", "Spitze"),
    "meters.load_factor": ("Load factor", "Lastfaktor"),
    "meters.load_factor.note": ("mean {mean}", "Mittel {mean}"),
    "meters.load_factor.part": (
        "mean {mean} over the {ratio} of the time with readings",
        "Mittel {mean} über {ratio} der Zeit mit Messwerten",
    ),
    "meters.points": ("{change} points", "{change} Prozentpunkte"),
    "meters.base_load": ("Base load", "Grundlast"),
    "meters.base_load.note": (
        "5 % of each day, {days} d",
        "5 % jedes Tages, {days} d",
    ),
    "meters.base_load.none": ("no day covered to 90 %", "kein Tag zu 90 % abgedeckt"),
    "meters.highest_hour": ("Highest hour", "Höchste Stunde"),
    "meters.newest": ("Newest reading", "Neuester Messwert"),
    "meters.coverage": ("covered to {ratio}", "zu {ratio} abgedeckt"),
    "meters.coverage.both": (
        "covered to {ratio}, before to {before}",
        "zu {ratio} abgedeckt, davor zu {before}",
    ),
    "meters.power.one_signal": (
        "{signal} of {device} ran between {low} and {high}",
        "{signal} von {device} lag zwischen {low} und {high}",
    ),
    "meters.power.several": (
        "{count} signals of {device}, each unit on an axis of its own",
        "{count} Signale von {device}, jede Einheit auf eigener Achse",
    ),
    "meters.power.one_axis": (
        "{count} signals of {device} on one axis",
        "{count} Signale von {device} auf einer Achse",
    ),
    "meters.power.panels": (
        "{count} signals of {device}, each in a panel of its own",
        "{count} Signale von {device}, jedes in einem eigenen Feld",
    ),
    "meters.every": ("Period", "Zeitschritt"),
    "meters.every.1h": ("Hour", "Stunde"),
    "meters.every.1d": ("Day", "Tag"),
    "meters.every.1w": ("Week", "Woche"),
    "meters.every.1mo": ("Month", "Monat"),
    "meters.every.1y": ("Year", "Jahr"),
    "meters.source": ("Energy from", "Energie aus"),
    "meters.source.counter": ("counters", "Zählern"),
    "meters.energy.title": (
        "{what}: {total} kWh, most in the period from {when} with {most} kWh",
        "{what}: {total} kWh, am meisten im Zeitschritt ab {when} mit {most} kWh",
    ),
    "meters.energy.by_counter": ("from counters", "aus Zählern"),
    "meters.energy.by_power": ("integrated from {signal}", "integriert aus {signal}"),
    "meters.energy.import_export": (
        "of it {imported} kWh import and {exported} kWh export",
        "davon {imported} kWh Bezug und {exported} kWh Einspeisung",
    ),
    "meters.energy.marked.1": (
        "1 period covered below 90 %: hatched",
        "1 Zeitschritt unter 90 % abgedeckt: schraffiert",
    ),
    "meters.energy.marked.n": (
        "{count} periods covered below 90 %: hatched",
        "{count} Zeitschritte unter 90 % abgedeckt: schraffiert",
    ),
    "meters.energy.gap": (
        "{what}: {energy} kWh fell into the gap {span}; they stand where the readings resume.",
        "{what}: {energy} kWh fielen in die Lücke {span}; sie stehen dort, "
        "wo die Messwerte wieder einsetzen.",
    ),
    "meters.energy.gaps_more": (
        "{what}: {count} further gaps with {energy} kWh in all.",
        "{what}: {count} weitere Lücken mit zusammen {energy} kWh.",
    ),
    "meters.flag.gap.1": ("1 gap", "1 Lücke"),
    "meters.flag.gap.n": ("{count} gaps", "{count} Lücken"),
    "meters.flag.reset.1": ("1 reset", "1 Rücksetzung"),
    "meters.flag.reset.n": ("{count} resets", "{count} Rücksetzungen"),
    "meters.flag.drop.1": ("1 drop", "1 Rückgang"),
    "meters.flag.drop.n": ("{count} drops", "{count} Rückgänge"),
    "meters.flag.glitch.1": ("1 glitch", "1 Ausreißer"),
    "meters.flag.glitch.n": ("{count} glitches", "{count} Ausreißer"),
    "meters.flag.irregular.1": ("1 irregular bucket", "1 unregelmäßiges Intervall"),
    "meters.flag.irregular.n": (
        "{count} irregular buckets",
        "{count} unregelmäßige Intervalle",
    ),
    "meters.col.period": ("Period from", "Zeitschritt ab"),
    "meters.col.coverage": ("Coverage", "Abdeckung"),
    "meters.profile.title": (
        "On average {device} is highest on {day} at {clock} with {power}",
        "Im Mittel ist {device} am höchsten: {day} um {clock} mit {power}",
    ),
    "meters.profile.heat": (
        "Mean by hour runs from {low} to {high}",
        "Das Stundenmittel reicht von {low} bis {high}",
    ),
    "meters.profile.note": (
        "line: mean over the days, band: 10 to 90 % of the days, a quarter hour each",
        "Linie: Mittel der Tage, Band: 10 bis 90 % der Tage, je Viertelstunde",
    ),
    "meters.profile.days.same": (
        "days of each weekday: {most}",
        "Tage je Wochentag: {most}",
    ),
    "meters.profile.days": (
        "{least} to {most} days of each weekday",
        "{least} bis {most} Tage je Wochentag",
    ),
    "meters.duration.title": (
        "Half of the time with readings {device} reaches {half}, for one hundredth {top} and more",
        "In der Hälfte der Zeit mit Messwerten erreicht {device} {half}, in einem Hundertstel "
        "{top} und mehr",
    ),
    "meters.duration.base": ("base load {power}", "Grundlast {power}"),
    "meters.utilisation": ("Utilisation", "Benutzungsdauer"),
    "meters.utilisation.note": ("energy over peak", "Energie durch Spitze"),
    "meters.mean": ("Mean", "Mittel"),
    "meters.peaks": (
        "Highest readings, at least 1 h apart",
        "Höchste Messwerte, mindestens 1 h auseinander",
    ),
    "meters.col.rank": ("Rank", "Rang"),
    "meters.col.time": ("Time", "Zeit"),
    "meters.col.power": ("Power", "Leistung"),
    "meters.col.of_peak": ("Of the peak", "Anteil der Spitze"),
}
