"""Words of the cell dossier and of the report tab of PackPulse, in English and German."""

from __future__ import annotations

PACK_DOSSIER: dict[str, tuple[str, str]] = {
    # --- dossier ---
    "packpulse.dossier.cell": ("Cell", "Zelle"),
    "packpulse.dossier.before": ("Previous", "Vorige"),
    "packpulse.dossier.after": ("Next", "Nächste"),
    "packpulse.dossier.unread": (
        "The notes cannot be read.",
        "Die Notizen lassen sich nicht lesen.",
    ),
    "packpulse.dossier.unkept": (
        "The note could not be kept.",
        "Die Notiz konnte nicht gespeichert werden.",
    ),
    "packpulse.dossier.missing.author": (
        "Please say who writes the note.",
        "Bitte angeben, wer die Notiz schreibt.",
    ),
    "packpulse.dossier.missing.text": (
        "Please say what happened.",
        "Bitte angeben, was geschehen ist.",
    ),
    "packpulse.dossier.unjudged": (
        "{name}: whether something is wrong with it cannot be said.",
        "{name}: Ob ihr etwas fehlt, lässt sich nicht sagen.",
    ),
    "packpulse.dossier.is.capacity": (
        "{name} has less capacity than its pack; balancing does not mend that.",
        "{name} hat weniger Kapazität als ihr Pack; Ausgleichen behebt das nicht.",
    ),
    "packpulse.dossier.is.offset_high": (
        "{name} holds more charge than its pack; it needs balancing.",
        "{name} hat mehr Ladung als ihr Pack; sie braucht einen Ausgleich.",
    ),
    "packpulse.dossier.is.offset_low": (
        "{name} holds less charge than its pack; it needs balancing.",
        "{name} hat weniger Ladung als ihr Pack; sie braucht einen Ausgleich.",
    ),
    "packpulse.dossier.is.self_discharge": (
        "{name} loses charge by itself; balance it, then watch it.",
        "{name} verliert von selbst Ladung; ausgleichen, dann beobachten.",
    ),
    "packpulse.dossier.is.resistance": (
        "{name} has a higher resistance than its pack.",
        "{name} hat einen höheren Innenwiderstand als ihr Pack.",
    ),
    "packpulse.dossier.is.sensor": (
        "{name}: the reading does not move; check the sensor.",
        "{name}: Der Messwert bewegt sich nicht; bitte die Messung prüfen.",
    ),
    "packpulse.dossier.is.undecided": (
        "{name} stands apart from its pack, but the cause is undecided.",
        "{name} fällt aus ihrem Pack heraus, die Ursache bleibt unentschieden.",
    ),
    "packpulse.dossier.is.healthy": (
        "{name} does not stand apart from its pack.",
        "{name} ist in ihrem Pack unauffällig.",
    ),
    "packpulse.dossier.is.unknown": (
        "{name} cannot be judged.",
        "{name} ist nicht beurteilbar.",
    ),
    "packpulse.dossier.empty": ("empty {ah} ({mv} mV)", "leer {ah} ({mv} mV)"),
    "packpulse.dossier.full": ("full {ah} ({mv} mV)", "voll {ah} ({mv} mV)"),
    "packpulse.dossier.drift": (
        "drift {drift} Ah in 30 days",
        "Drift {drift} Ah in 30 Tagen",
    ),
    "packpulse.dossier.ohm": (
        "resistance over an hour {ratio} % from the pack’s",
        "Innenwiderstand über eine Stunde {ratio} % gegen das Pack",
    ),
    "packpulse.dossier.limits": ("limits the {limits}", "begrenzt: {limits}"),
    "packpulse.dossier.figure.sat": ("SAT against the pack", "SAT gegen das Pack"),
    "packpulse.dossier.figure.sat.note": (
        "median of the last {days} days",
        "Median der letzten {days} Tage",
    ),
    "packpulse.dossier.figure.empty": ("Ahead when empty", "Voraus, wenn leer"),
    "packpulse.dossier.figure.empty.note": ("at rest, last 60 days", "in Ruhe, letzte 60 Tage"),
    "packpulse.dossier.figure.full": ("Ahead when full", "Voraus, wenn voll"),
    "packpulse.dossier.figure.full.note": ("at rest, last 60 days", "in Ruhe, letzte 60 Tage"),
    "packpulse.dossier.figure.ohm": ("Resistance over the pack", "Innenwiderstand über Pack"),
    "packpulse.dossier.figure.ohm.note": (
        "{ohm} mΩ at 25 °C, at steps of the current (above: over an hour)",
        "{ohm} mΩ bei 25 °C, an Stromsprüngen (oben: über eine Stunde)",
    ),
    "packpulse.dossier.figure.trend": ("Trend against pack", "Verlauf gegen Pack"),
    "packpulse.dossier.figure.trend.by_chance": (
        "not distinguishable from zero: adjusted for {cells} cells p {adjusted}",
        "nicht von null unterscheidbar: für {cells} Zellen korrigiert p {adjusted}",
    ),
    "packpulse.dossier.mv_year": ("mV/y", "mV/a"),
    "packpulse.dossier.ohm.short.no_current": ("no current recorded", "kein Strom aufgezeichnet"),
    "packpulse.dossier.ohm.short.no_capacity": ("capacity not known", "Kapazität nicht bekannt"),
    "packpulse.dossier.ohm.short.current_sign": (
        "sign of the current turned",
        "Vorzeichen des Stroms verdreht",
    ),
    "packpulse.dossier.ohm.short.current_zero": (
        "current reads zero",
        "Strom steht auf null",
    ),
    "packpulse.dossier.ohm.short.cells_clock": (
        "clocks run apart",
        "Uhren gehen auseinander",
    ),
    "packpulse.dossier.ohm.short.resistance_sign": (
        "resistance negative",
        "Innenwiderstand negativ",
    ),
    "packpulse.dossier.ohm.short.all_still": (
        "readings stand still",
        "Messwerte stehen still",
    ),
    "packpulse.dossier.ohm.short.no_soc": ("no SOC recorded", "kein Ladezustand aufgezeichnet"),
    "packpulse.dossier.ohm.short.no_readings": ("no readings", "keine Messwerte"),
    "packpulse.dossier.ohm.short.no_steps": ("no step of the current", "kein Stromsprung"),
    "packpulse.dossier.ohm.short.steps_few": (
        "steps of the current: {n}, on {days}",
        "Stromsprünge: {n}, an {days}",
    ),
    "packpulse.dossier.courses": (
        "upright lines: notes, numbered as below",
        "senkrechte Linien: Notizen, nummeriert wie unten",
    ),
    "packpulse.dossier.no_rests": (
        "No charge at rest: in this window the battery hardly rested near empty or near full.",
        "Keine Ladung in Ruhe: In diesem Zeitraum hat die Batterie kaum leer oder voll geruht.",
    ),
    "packpulse.dossier.no_steps": (
        "No resistance: no step of the current could be used; the tab on capacity says why.",
        "Kein Innenwiderstand: Kein Stromsprung war verwendbar; der Abschnitt Kapazität sagt, "
        "warum.",
    ),
    "packpulse.dossier.no_temperature": (
        "No temperature of single cells is recorded.",
        "Temperaturen einzelner Zellen werden nicht aufgezeichnet.",
    ),
    "packpulse.dossier.panel.sat": (
        "SAT voltage on {n} of {all} days, those of complete charge",
        "Sättigungsspannung an {n} von {all} Tagen mit vollständiger Ladung",
    ),
    "packpulse.dossier.panel.apart": (
        "Against the pack’s median: SAT {mv} mV lately",
        "Gegen den Packmedian: SAT zuletzt {mv} mV",
    ),
    "packpulse.dossier.panel.charge": (
        "Charge ahead of the pack at rest: {empty} rests empty, {full} full",
        "Ladung vor dem Pack in Ruhe: {empty} Ruhephasen leer, {full} voll",
    ),
    "packpulse.dossier.panel.ohm": (
        "Resistance over the pack’s median from {n} steps of the current",
        "Innenwiderstand über dem Packmedian aus {n} Stromsprüngen",
    ),
    "packpulse.dossier.panel.temp": (
        "Temperature against the pack’s median: {kelvin} K as a rule",
        "Temperatur gegen den Packmedian: in der Regel {kelvin} K",
    ),
    "packpulse.dossier.this": ("SAT of the cell", "SAT der Zelle"),
    "packpulse.dossier.pack_median": ("median of the pack", "Packmedian"),
    "packpulse.dossier.incomplete": (
        "charge not complete ({count} days)",
        "Ladung nicht vollständig ({count} Tage)",
    ),
    "packpulse.dossier.low_apart": ("lowest of the day", "tiefste des Tages"),
    "packpulse.dossier.when.empty": ("empty", "leer"),
    "packpulse.dossier.when.full": ("full", "voll"),
    "packpulse.dossier.when.bound": ("full, only a bound", "voll, nur eine Grenze"),
    "packpulse.dossier.steps": ("single steps", "einzelne Sprünge"),
    "packpulse.dossier.months": ("mean of the month, 95 %", "Monatsmittel, 95 %"),
    "packpulse.dossier.temp_apart": ("temperature", "Temperatur"),
    "packpulse.dossier.neighbours": ("The cells around it", "Die Zellen um sie herum"),
    "packpulse.dossier.neighbours.caption": (
        "against their pack: SAT of the last 30 days [mV], charge at rest [Ah], resistance [%] · "
        "places as numbered in rows",
        "gegen das Pack: SAT der letzten 30 Tage [mV], Ladung in Ruhe [Ah], Innenwiderstand [%] · "
        "Plätze nach der Nummerierung in Reihen",
    ),
    "packpulse.dossier.side.self": ("this cell", "diese Zelle"),
    "packpulse.dossier.side.before": ("before it", "davor"),
    "packpulse.dossier.side.after": ("after it", "dahinter"),
    "packpulse.dossier.side.above": ("row above", "Reihe darüber"),
    "packpulse.dossier.side.below": ("row below", "Reihe darunter"),
    "packpulse.dossier.column.where": ("Where", "Wo"),
    "packpulse.dossier.column.cell": ("Cell", "Zelle"),
    "packpulse.dossier.column.fault": ("Cause", "Ursache"),
    "packpulse.dossier.column.sat": ("SAT [mV]", "SAT [mV]"),
    "packpulse.dossier.column.empty": ("Empty [Ah]", "Leer [Ah]"),
    "packpulse.dossier.column.full": ("Full [Ah]", "Voll [Ah]"),
    "packpulse.dossier.column.ohm": ("Resistance [%]", "Widerstand [%]"),
    "packpulse.dossier.notes": ("Notes ({count})", "Notizen ({count})"),
    "packpulse.dossier.notes.none": (
        "Nothing noted about this cell, its pack or the device.",
        "Zu dieser Zelle, ihrem Pack oder dem Gerät ist nichts notiert.",
    ),
    "packpulse.dossier.outside": ("outside the window", "außerhalb des Zeitraums"),
    "packpulse.dossier.note.number": ("No.", "Nr."),
    "packpulse.dossier.note.at": ("When", "Wann"),
    "packpulse.dossier.note.day": ("Day", "Tag"),
    "packpulse.dossier.note.clock": ("Time", "Uhrzeit"),
    "packpulse.dossier.note.until": ("Until, if it lasted", "Bis, falls von Dauer"),
    "packpulse.dossier.note.kind": ("Kind", "Art"),
    "packpulse.dossier.note.about": ("About", "Betrifft"),
    "packpulse.dossier.note.text": ("What happened", "Was geschah"),
    "packpulse.dossier.note.author": ("Author", "Verfasst von"),
    "packpulse.dossier.note.by": ("Changed by", "Geändert von"),
    "packpulse.dossier.note.revision": ("Revision", "Fassung"),
    "packpulse.dossier.note.changed": ("Written", "Geschrieben"),
    "packpulse.dossier.kind.service": ("Service", "Wartung"),
    "packpulse.dossier.kind.firmware": ("Firmware", "Firmware"),
    "packpulse.dossier.kind.exchange": ("Exchange", "Tausch"),
    "packpulse.dossier.kind.setting": ("Setting", "Einstellung"),
    "packpulse.dossier.kind.other": ("Other", "Sonstiges"),
    "packpulse.dossier.scope.device": ("whole device", "ganzes Gerät"),
    "packpulse.dossier.scope.cell": ("Cell {cell}", "Zelle {cell}"),
    "packpulse.dossier.choose": ("Look at", "Ansehen"),
    "packpulse.dossier.form.add": ("New note", "Neue Notiz"),
    "packpulse.dossier.form.change": ("Change this note", "Diese Notiz ändern"),
    "packpulse.dossier.save": ("Save", "Speichern"),
    "packpulse.dossier.remove": ("Remove", "Entfernen"),
    "packpulse.dossier.revisions": ("History: {count} revisions", "Verlauf: {count} Fassungen"),
    "packpulse.dossier.effect": ("**Before and after this note**", "**Vor und nach dieser Notiz**"),
    "packpulse.dossier.effect.apart": ("SAT against the pack", "SAT gegen das Pack"),
    "packpulse.dossier.effect.cell": ("SAT of the cell", "SAT der Zelle"),
    "packpulse.dossier.effect.system": ("SAT of all cells", "SAT aller Zellen"),
    "packpulse.dossier.effect.n": (
        "{before} days before, {after} after",
        "{before} Tage davor, {after} danach",
    ),
    "packpulse.dossier.effect.sure": ("a change", "eine Änderung"),
    "packpulse.dossier.effect.unsure": (
        "not distinguishable from zero",
        "nicht von null unterscheidbar",
    ),
    "packpulse.dossier.effect.too_few_days": (
        "not told, it takes 14 days of complete charge on either side",
        "keine Angabe, nötig sind 14 Tage mit vollständiger Ladung auf jeder Seite",
    ),
    "packpulse.dossier.effect.constant": (
        "not told, the value does not move",
        "keine Angabe, der Wert bewegt sich nicht",
    ),
    "packpulse.dossier.effect.caption": (
        "Mean of 60 days after less mean of 60 days before, 95 %. It tells that the level differs, "
        "not that the event is why.",
        "Mittel der 60 Tage danach minus Mittel der 60 Tage davor, 95 %. Es sagt, dass sich die "
        "Lage unterscheidet, nicht, dass das Ereignis der Grund ist.",
    ),
    # --- report ---
    "packpulse.report.title": (
        "A report on {device} to hand on",
        "Ein Bericht über {device} zum Weitergeben",
    ),
    "packpulse.report.about": (
        "All that these tabs say of the battery from {span}, in one file: verdicts with their "
        "intervals, figures, tables, methods, limits, and where the numbers come from. The "
        "thresholds of the tabs apply.",
        "Alles, was diese Abschnitte über die Batterie im Zeitraum {span} sagen, in einer Datei: "
        "Urteile mit ihren Intervallen, Abbildungen, Tabellen, Verfahren, Grenzen und die Herkunft "
        "der Zahlen. Es gelten die Schwellen der Abschnitte.",
    ),
    "packpulse.report.language": ("Language of the report", "Sprache des Berichts"),
    "packpulse.report.language.en": ("English", "English"),
    "packpulse.report.language.de": ("Deutsch", "Deutsch"),
    "packpulse.report.author": ("Prepared by", "Erstellt von"),
    "packpulse.report.author.example": ("name or organisation", "Name oder Organisation"),
    "packpulse.report.sections": ("Sections", "Abschnitte"),
    "packpulse.report.sections.help": (
        "Result, origin, methods and limits are always in it.",
        "Ergebnis, Herkunft, Verfahren und Grenzen sind immer enthalten.",
    ),
    "packpulse.report.section.operation": ("Operation", "Betrieb"),
    "packpulse.report.section.trend": ("Saturation voltage", "Sättigungsspannung"),
    "packpulse.report.section.cells": ("Weak cells", "Schwache Zellen"),
    "packpulse.report.section.capacity": ("Capacity", "Kapazität"),
    "packpulse.report.section.resistance": ("Resistance", "Innenwiderstand"),
    "packpulse.report.section.notes": ("Notes", "Anmerkungen"),
    "packpulse.report.section.every": ("Table of all cells", "Tabelle aller Zellen"),
    "packpulse.report.section.cycles": ("Table of cycles", "Tabelle der Zyklen"),
    "packpulse.report.pdf": ("Report as PDF", "Bericht als PDF"),
    "packpulse.report.html": ("Report as HTML", "Bericht als HTML"),
    "packpulse.report.wait": (
        "Written when you press the button, in a few seconds; it shows meanwhile that it is at "
        "work. The HTML file holds everything and asks for nothing outside.",
        "Wird auf Knopfdruck in wenigen Sekunden geschrieben; der Knopf zeigt so lange, dass er "
        "arbeitet. Die HTML-Datei enthält alles und ruft nichts von außen ab.",
    ),
    "packpulse.report.tables": (
        "The same numbers for other programs",
        "Dieselben Zahlen für andere Programme",
    ),
    "packpulse.report.table.figures": ("Figures (CSV)", "Kennzahlen (CSV)"),
    "packpulse.report.table.cells": ("Cells (CSV)", "Zellen (CSV)"),
    "packpulse.report.table.cycles": ("Cycles (CSV)", "Zyklen (CSV)"),
    "packpulse.report.csv": (
        "Unrounded, in English notation; zone and units stand above the header.",
        "Ungerundet, mit Dezimalpunkt; Zeitzone und Einheiten stehen über der Kopfzeile.",
    ),
}
