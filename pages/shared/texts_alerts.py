"""Words of the Alerts page; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
ALERTS: dict[str, tuple[str, str]] = {
    "nav.alerts": ("Alerts", "Alarme"),
    "overview.alerts": ("Open alerts", "Offene Alarme"),
    "overview.open_alerts.1": ("1 open alert", "1 offener Alarm"),
    "overview.open_alerts.n": ("{count} open alerts", "{count} offene Alarme"),
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
    "alerts.rule.data_quality_irradiance": ("Irradiance stuck", "Einstrahlung steht"),
    # --- parts of the page ---
    "alerts.view": ("Part", "Bereich"),
    "alerts.view.alerts": ("Alerts", "Alarme"),
    "alerts.view.rules": ("Rules", "Regeln"),
    "alerts.view.messages": ("Messages", "Nachrichten"),
    "alerts.never": (
        "No rule has been evaluated yet; this does it, and goes on with live readings.",
        "Noch wurde keine Regel ausgewertet; das tut es, und bleibt an den laufenden Messwerten.",
    ),
    "alerts.timeline.title": (
        "{count} alerts in the window, most of {busiest}",
        "{count} Alarme im Zeitraum, die meisten von {busiest}",
    ),
    "alerts.timeline.count": ("{count} alerts in the window", "{count} Alarme im Zeitraum"),
    "alerts.timeline.rest": (
        "Drawn are {shown} of {all}, open ones first, then the gravest; not drawn: {names}",
        "Gezeichnet sind {shown} von {all}, offene zuerst, dann die schwersten; "
        "nicht gezeichnet: {names}",
    ),
    # --- one alert ---
    "alerts.unknown": ("There is no alert {number}.", "Einen Alarm {number} gibt es nicht."),
    "alerts.close": ("Close", "Schließen"),
    "alerts.title.open": (
        "{rule}: {place} since {start}, peak {peak}, {count} ×",
        "{rule}: {place} seit {start}, Spitzenwert {peak}, {count} ×",
    ),
    "alerts.title.ended": (
        "{rule}: {place} from {start} for {lasted}, peak {peak}, {count} ×",
        "{rule}: {place} ab {start}, {lasted} lang, Spitzenwert {peak}, {count} ×",
    ),
    "alerts.peak.capacity": (
        "{share} of the capacity moved meanwhile",
        "indessen {share} der Kapazität bewegt",
    ),
    "alerts.peak.kwp": (
        "{share} of the nominal power moved meanwhile",
        "indessen {share} der Nennleistung bewegt",
    ),
    "alerts.signal.title": ("{signals} of {device}", "{signals} von {device}"),
    "alerts.no_signal": (
        "Around this alert no reading is stored.",
        "Um diesen Alarm herum ist kein Messwert gespeichert.",
    ),
    "alerts.bands": (
        "Marked: all alerts of this rule here ({count}) · times of {zone}",
        "Markiert: alle Alarme dieser Regel hier ({count}) · Zeiten in {zone}",
    ),
    "alerts.remark.acknowledge": (
        "{moment}, acknowledged by {by}",
        "{moment}, quittiert von {by}",
    ),
    "alerts.remark.note": ("{moment}, note by {by}", "{moment}, Notiz von {by}"),
    "alerts.remark.snooze": (
        "{moment}, snoozed until {until} by {by}",
        "{moment}, zurückgestellt bis {until} von {by}",
    ),
    "alerts.by": ("Your name", "Ihr Name"),
    "alerts.note": ("Note", "Notiz"),
    "alerts.acknowledge": ("Acknowledge", "Quittieren"),
    "alerts.add_note": ("Add note", "Notiz anfügen"),
    "alerts.snooze": ("Snooze", "Zurückstellen"),
    "alerts.snooze.for": ("Snooze for", "Zurückstellen für"),
    "alerts.gone": (
        "Has {device} ended for good? Enter the first day without it on the Data page, under "
        "manual entry, as “Ended for good”: from then on its silence is none.",
        "Ist {device} endgültig außer Betrieb? Auf der Seite Daten unter Handeingabe den ersten "
        "Tag ohne das Gerät als „Außer Betrieb“ angeben: Ab dann ist sein Schweigen keine Störung.",
    ),
    "alerts.missing.name": (
        "Please enter your name: it stands beside what you do.",
        "Bitte den Namen eintragen: Er steht bei dem, was Sie tun.",
    ),
    "alerts.missing.note": (
        "Please enter a note of at most 2000 characters.",
        "Bitte eine Notiz von höchstens 2000 Zeichen eintragen.",
    ),
    # --- rules ---
    "alerts.rules": ("Rules", "Regeln"),
    "alerts.rules.note": (
        "Shipped rules and those of {path}. Saving writes what differs there; comments stay.",
        "Mitgelieferte Regeln und die aus {path}. Gespeichert wird dort, was abweicht; "
        "Kommentare bleiben.",
    ),
    "alerts.rules.limits": (
        "Limits in the unit of the signal: > 45 or < 180, > 260; set: any state that is not "
        "normal. Deviations as a share (−0.15), silence in seconds.",
        "Grenzen in der Einheit des Signals: > 45 oder < 180, > 260; gesetzt: jeder Zustand, der "
        "nicht normal ist. Abweichungen als Anteil (−0,15), Schweigen in Sekunden.",
    ),
    "alerts.rules.file_wrong": (
        "The file of rules is wrong; below stand the rules as they were before.",
        "Die Regeldatei ist fehlerhaft; unten stehen die Regeln, wie sie vorher waren.",
    ),
    "alerts.rules.shipped": (
        "The file of rules is wrong; below stand the shipped rules alone.",
        "Die Regeldatei ist fehlerhaft; unten stehen nur die mitgelieferten Regeln.",
    ),
    "alerts.rules.wrong": (
        "The rules cannot be like this; nothing was saved.",
        "So können die Regeln nicht sein; nichts wurde gespeichert.",
    ),
    "alerts.save": ("Save rules", "Regeln speichern"),
    "alerts.saved": ("Saved to {path}.", "Gespeichert in {path}."),
    "alerts.unsaved": ("Not saved yet: {names}", "Noch nicht gespeichert: {names}"),
    "alerts.preview": ("Try on the past", "An der Vergangenheit prüfen"),
    "alerts.preview.of": ("Rule", "Regel"),
    "alerts.preview.runs": ("Evaluating the past ...", "Vergangenheit wird ausgewertet ..."),
    "alerts.preview.count": ("Alerts", "Alarme"),
    "alerts.preview.before": ("Lasting from before", "Von vorher andauernd"),
    "alerts.preview.lasted.one": (
        "One alert that began before lasted into these days.",
        "Ein Alarm, der vorher begann, dauerte in diese Tage hinein.",
    ),
    "alerts.preview.lasted.some": (
        "{count} alerts that began before lasted into these days.",
        "{count} Alarme, die vorher begannen, dauerten in diese Tage hinein.",
    ),
    "alerts.preview.once": (
        "{rule} would have fired once in the last {days} days; devices watched: {devices}.",
        "{rule} hätte in den letzten {days} Tagen einmal ausgelöst; überwachte Geräte: {devices}.",
    ),
    "alerts.preview.never": (
        "{rule} would not have fired in the last {days} days; devices watched: {devices}.",
        "{rule} hätte in den letzten {days} Tagen nicht ausgelöst; überwachte Geräte: {devices}.",
    ),
    "alerts.preview.times": (
        "{rule} would have fired {count} times in the last {days} days, on {fired} of {devices} "
        "devices watched.",
        "{rule} hätte in den letzten {days} Tagen {count}-mal ausgelöst, bei {fired} von {devices} "
        "überwachten Geräten.",
    ),
    "alerts.lacks": ("Not watched – {what}", "Nicht überwacht – {what}"),
    "alerts.lacks.peers": ("fewer than three peers", "weniger als drei Vergleichbare"),
    "alerts.lacks.movement": ("nothing to compare with", "nichts zum Vergleichen"),
    "alerts.lacks.expected": (
        "no irradiance or no nominal power",
        "keine Einstrahlung oder keine Nennleistung",
    ),
    "alerts.lacks.forecast": ("no forecast of it is kept", "keine Prognose davon liegt vor"),
    "alerts.lacks.gate": ("its state is not measured", "sein Zustand wird nicht gemessen"),
    "alerts.lacks.reference": (
        "nothing to compare with",
        "nichts zum Vergleichen",
    ),
    "alerts.lacks.capacity_ah": ("its capacity is not told", "seine Kapazität ist nicht bekannt"),
    "alerts.lacks.kwp": ("its nominal power is not told", "seine Nennleistung ist nicht bekannt"),
    "alerts.condition.threshold": ("Threshold", "Grenzwert"),
    "alerts.condition.spread": ("Spread", "Spreizung"),
    "alerts.condition.rate": ("Rate of change", "Änderung"),
    "alerts.condition.deviation": ("Deviation", "Abweichung"),
    "alerts.condition.missing": ("Missing data", "Fehlende Daten"),
    "alerts.condition.state": ("State", "Zustand"),
    "alerts.condition.stuck": ("Stuck value", "Stehender Wert"),
    "alerts.condition.reset": ("Counter reset", "Zählerrücksprung"),
    "alerts.per.device": ("device", "Gerät"),
    "alerts.per.signal": ("signal", "Signal"),
    "alerts.field.name": (
        "Name",
        "Name",
    ),
    "alerts.field.name.help": (
        "Short name, unique.",
        "Kurzer, eindeutiger Name.",
    ),
    "alerts.field.enabled": (
        "On",
        "An",
    ),
    "alerts.field.enabled.help": (
        "Whether it is evaluated.",
        "Ob sie ausgewertet wird.",
    ),
    "alerts.field.condition": (
        "Condition",
        "Bedingung",
    ),
    "alerts.field.condition.help": (
        "What counts as bad.",
        "Was als schlecht gilt.",
    ),
    "alerts.field.quantity": (
        "Quantities",
        "Messgrößen",
    ),
    "alerts.field.quantity.help": (
        "Signals are found by these; several with a comma.",
        "Danach werden Signale gefunden; mehrere mit Komma.",
    ),
    "alerts.field.signal": (
        "Signals",
        "Signale",
    ),
    "alerts.field.signal.help": (
        "Names, * for any letters.",
        "Namen, * für beliebige Zeichen.",
    ),
    "alerts.field.device": (
        "Devices",
        "Geräte",
    ),
    "alerts.field.device.help": (
        "Names, * for any letters; empty: all.",
        "Namen, * für beliebige Zeichen; leer: alle.",
    ),
    "alerts.field.info": (
        "Information",
        "Hinweis",
    ),
    "alerts.field.info.help": (
        "Limit of this severity.",
        "Grenze dieser Schwere.",
    ),
    "alerts.field.warning": (
        "Warning",
        "Warnung",
    ),
    "alerts.field.warning.help": (
        "Limit of this severity.",
        "Grenze dieser Schwere.",
    ),
    "alerts.field.error": (
        "Error",
        "Störung",
    ),
    "alerts.field.error.help": (
        "Limit of this severity.",
        "Grenze dieser Schwere.",
    ),
    "alerts.field.critical": (
        "Critical",
        "Kritisch",
    ),
    "alerts.field.critical.help": (
        "Limit of this severity.",
        "Grenze dieser Schwere.",
    ),
    "alerts.field.hold_s": (
        "Hold [s]",
        "Halten [s]",
    ),
    "alerts.field.hold_s.help": (
        "So long it must be bad before an alert is raised.",
        "So lange muss es schlecht sein, bis ein Alarm ausgelöst wird.",
    ),
    "alerts.field.clear_by": (
        "Clear by",
        "Rückfall",
    ),
    "alerts.field.clear_by.help": (
        "So far back inside the limit it must come to be good.",
        "So weit muss es hinter die Grenze zurück, um gut zu sein.",
    ),
    "alerts.field.clear_s": (
        "Clear [s]",
        "Ende [s]",
    ),
    "alerts.field.clear_s.help": (
        "So long it must be good before the alert ends.",
        "So lange muss es gut sein, bis der Alarm endet.",
    ),
    "alerts.field.per": (
        "One per",
        "Einer je",
    ),
    "alerts.field.per.help": (
        "One alert for a device, or one for each signal.",
        "Ein Alarm je Gerät oder je Signal.",
    ),
    "alerts.field.day_only": (
        "By day",
        "Tags",
    ),
    "alerts.field.day_only.help": (
        "Raised only while the sun is up.",
        "Ausgelöst nur, solange die Sonne scheint.",
    ),
    "alerts.field.against": (
        "Against",
        "Gegen",
    ),
    "alerts.field.against.help": (
        "peers, expected, forecast or a quantity.",
        "peers (Vergleichbare), expected (erwartet), forecast (Prognose) oder eine Messgröße.",
    ),
    "alerts.field.mean_s": (
        "Mean [s]",
        "Mittel [s]",
    ),
    "alerts.field.mean_s.help": (
        "Means of so long are judged; 0: readings.",
        "Beurteilt werden Mittel dieser Länge; 0: Messwerte.",
    ),
    "alerts.field.over_s": (
        "Change [s]",
        "Breite [s]",
    ),
    "alerts.field.over_s.help": (
        "Width of a change: from a reading to that so long after it.",
        "Breite einer Änderung: von einem Messwert zu dem so lange danach.",
    ),
    "alerts.field.quiet": (
        "Quiet hours",
        "Ruhezeit",
    ),
    "alerts.field.quiet.help": (
        "22:00-06:00: messages wait, the alert does not.",
        "22:00-06:00: Nachrichten warten, der Alarm nicht.",
    ),
    "alerts.field.recipients": (
        "Recipients",
        "Empfänger",
    ),
    "alerts.field.recipients.help": (
        "Names; empty: everyone.",
        "Namen; leer: alle.",
    ),
    "alerts.field.escalate_s": (
        "Again [s]",
        "Erneut [s]",
    ),
    "alerts.field.escalate_s.help": (
        "Told again where nobody acknowledged for so long; 0: not.",
        "Erneute Nachricht, wenn so lange niemand quittiert; 0: nie.",
    ),
    "alerts.field.note": (
        "Note",
        "Notiz",
    ),
    "alerts.field.note.help": (
        "What the rule is for.",
        "Wozu die Regel da ist.",
    ),
    # --- messages ---
    "alerts.recipients": ("Recipients", "Empfänger"),
    "alerts.recipient.name": ("Name", "Name"),
    "alerts.recipient.kind": ("Way", "Weg"),
    "alerts.recipient.from": ("From severity", "Ab Schwere"),
    "alerts.recipient.secrets": ("Secrets", "Geheimnisse"),
    "alerts.recipient.waiting": ("Waiting", "Wartend"),
    "alerts.recipient.sent": ("Last sent", "Zuletzt gesendet"),
    "alerts.secret.set": ("none missing", "keines fehlt"),
    "alerts.secret.missing": (
        "not in the environment: {names}",
        "nicht in der Umgebung: {names}",
    ),
    "alerts.secret.in_file": (
        "a secret address stands in the file",
        "eine geheime Adresse steht in der Datei",
    ),
    "alerts.kind.smtp": ("mail", "E-Mail"),
    "alerts.kind.webhook": ("webhook", "Webhook"),
    "alerts.kind.mqtt": ("MQTT", "MQTT"),
    "alerts.kind.log": ("log", "Protokoll"),
    "alerts.test": ("Send a test", "Test senden"),
    "alerts.test.to": ("Recipient", "Empfänger"),
    "alerts.test.sent": ("{name} took the test message.", "{name} hat den Test angenommen."),
    "alerts.test.failed": (
        "{name} did not take the test message.",
        "{name} hat den Test nicht angenommen.",
    ),
    "alerts.queue": ("Newest messages", "Neueste Nachrichten"),
    "alerts.queue.none": ("No message yet.", "Noch keine Nachricht."),
    "alerts.queue.to": ("To", "An"),
    "alerts.queue.event": ("Event", "Ereignis"),
    "alerts.queue.alert": ("Alert", "Alarm"),
    "alerts.queue.created": ("Queued", "Eingereiht"),
    "alerts.queue.state": ("State", "Zustand"),
    "alerts.event.raised": ("raised", "ausgelöst"),
    "alerts.event.worse": ("graver", "schwerer"),
    "alerts.event.ended": ("ended", "beendet"),
    "alerts.event.escalated": ("escalated", "eskaliert"),
    "alerts.delivery.sent": ("sent {moment}", "gesendet {moment}"),
    "alerts.delivery.waits": ("due {moment}", "fällig {moment}"),
    "alerts.delivery.failed": (
        "failed {count} ×, again {moment}",
        "{count} × gescheitert, erneut {moment}",
    ),
}
