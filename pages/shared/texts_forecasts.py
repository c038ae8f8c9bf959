"""Words of the Forecasts page; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
FORECASTS: dict[str, tuple[str, str]] = {
    "nav.forecasts": ("Forecasts", "Prognosen"),
    # --- choices ---
    "ahead.choose": ("Devices that can be forecast:", "Geräte, für die es Prognosen geben kann:"),
    "ahead.nothing": (
        "No device of this store measures anything that can be forecast: power or temperature.",
        "Kein Gerät dieses Speichers misst etwas Prognostizierbares: Leistung oder Temperatur.",
    ),
    "ahead.quantity": ("Forecast of", "Prognose von"),
    "ahead.quantity.load": ("Load", "Last"),
    "ahead.quantity.pv": ("PV generation", "PV-Erzeugung"),
    "ahead.quantity.net": ("Net power", "Netzleistung"),
    "ahead.quantity.room_temperature": ("Room temperature", "Raumtemperatur"),
    "ahead.quantity.cell_temperature": ("Cell temperature", "Zelltemperatur"),
    "ahead.section": ("Section", "Abschnitt"),
    "ahead.section.ahead": ("Next 48 h", "Nächste 48 h"),
    "ahead.section.beside": ("Forecast and actual", "Prognose und Messung"),
    "ahead.section.backtest": ("Backtest", "Rückvergleich"),
    "ahead.section.inputs": ("Inputs", "Eingangsgrößen"),
    "ahead.lead": ("Issued at least", "Erstellt mindestens"),
    "ahead.lead.hours": ("{hours} h before", "{hours} h vorher"),
    # --- no model, unfit model, lost model ---
    "ahead.untrained": (
        "No model of “{quantity}” is stored for {device}.",
        "Für {device} ist kein Modell für „{quantity}“ gespeichert.",
    ),
    "ahead.untrained.others": ("There are models of: {names}.", "Modelle gibt es für: {names}."),
    "ahead.unfit": (
        "The stored model does not fit the data and is not used.",
        "Das gespeicherte Modell passt nicht zu den Daten und wird nicht verwendet.",
    ),
    "ahead.loses": (
        "The model loses to “{baseline}” in the backtest; that baseline is served.",
        "Das Modell unterliegt im Rückvergleich gegen „{baseline}“; gezeigt wird diese "
        "Vergleichsprognose.",
    ),
    "ahead.loses.detail": (
        "Its band is calibrated on its own errors in the backtest.",
        "Ihr Band ist an ihren eigenen Fehlern im Rückvergleich kalibriert.",
    ),
    # --- the answer ---
    "ahead.energy": ("Energy of the next 24 h", "Energie der nächsten 24 h"),
    "ahead.from": ("from {at}", "ab {at}"),
    "ahead.highest": ("Highest expected", "Höchster erwarteter Wert"),
    "ahead.lowest": ("Lowest expected", "Niedrigster erwarteter Wert"),
    "ahead.skill": ("Skill", "Prognosegüte (Skill)"),
    "ahead.against": ("against {baseline}", "gegen {baseline}"),
    "ahead.mae": ("Mean absolute error", "Mittlerer absoluter Fehler"),
    "ahead.mae.note": ("{share} of the peak · n = {n}", "{share} der Spitze · n = {n}"),
    "ahead.coverage": ("80 % band covers", "80-%-Band enthält"),
    "ahead.coverage.note": ("should be 80 % {interval}", "soll 80 % {interval}"),
    # --- lines ---
    "ahead.line.expected": ("Forecast", "Prognose"),
    "ahead.line.band": ("10–90 %", "10–90 %"),
    "ahead.line.actual": ("Measured", "Gemessen"),
    "ahead.line.issue": ("issued", "erstellt"),
    "ahead.baseline.persistence": ("persistence", "Persistenz"),
    "ahead.baseline.seasonal_24h": ("the day before", "Vortag"),
    "ahead.baseline.seasonal_168h": ("the week before", "Vorwoche"),
    "ahead.baseline.clear_sky": ("clear-sky persistence", "Klarhimmel-Persistenz"),
    # --- next 48 h ---
    "ahead.title": (
        "{what} of {device} is expected to peak at {value} on {at}",
        "{what} von {device}: höchster erwarteter Wert {value} am {at}",
    ),
    "ahead.by_model": ("model trained {at}", "Modell vom {at}"),
    "ahead.trained_on": ("on data of {span}", "aus Daten vom {span}"),
    "ahead.weather.none": ("no weather forecast used", "ohne Wetterprognose"),
    "ahead.weather.forecast": ("with weather forecasts as issued", "mit Wetterprognosen"),
    "ahead.weather.measured": (
        "tested with measured weather, as if it had been forecast perfectly",
        "geprüft mit gemessenem Wetter, als wäre es perfekt vorhergesagt",
    ),
    "ahead.weather.reanalysis": (
        "tested with reanalysis weather, as if it had been forecast perfectly",
        "geprüft mit Reanalyse-Wetter, als wäre es perfekt vorhergesagt",
    ),
    # --- forecast and actual ---
    "ahead.beside.title": (
        "Issued at least {hours} h before, forecasts miss by {error} (RMSE); "
        "the band holds {share}",
        "Mindestens {hours} h vorher erstellt: Fehler {error} (RMSE), das Band enthält {share}",
    ),
    "ahead.beside.caption": (
        "{n} slots · each forecast by a model that knew nothing later than its issue · {zone}",
        "{n} Zeitschritte · jede Prognose von einem Modell, das nur Früheres kannte · {zone}",
    ),
    "ahead.beside.none": (
        "No forecast was tested in {span}.",
        "Im Zeitraum {span} wurde keine Prognose geprüft.",
    ),
    # --- backtest ---
    "ahead.untested": (
        "No forecast was issued for test in {span}.",
        "Im Zeitraum {span} wurde keine Prognose zur Prüfung erstellt.",
    ),
    "ahead.untested.mend": (
        "The command train with --days tests a longer time.",
        "Der Befehl train mit --days prüft einen längeren Zeitraum.",
    ),
    "ahead.skill.axis": (
        "Skill: 1 − RMSE / RMSE of the baseline",
        "Skill: 1 − RMSE / RMSE der Vergleichsprognose",
    ),
    "ahead.skill.title.sure": (
        "The model beats every baseline; the closest is {baseline} ({value})",
        "Das Modell schlägt jede Vergleichsprognose; am nächsten kommt: {baseline} ({value})",
    ),
    "ahead.skill.title.unsure": (
        "The model is not surely better than {baseline} ({value})",
        "Das Modell ist nicht sicher besser als: {baseline} ({value})",
    ),
    "ahead.skill.title.loses": (
        "The model loses to {baseline} ({value})",
        "Das Modell unterliegt gegen: {baseline} ({value})",
    ),
    "ahead.horizon.axis": ("Hours ahead, up to", "Stunden voraus, bis"),
    "ahead.horizon.title": ("Error by how far ahead", "Fehler nach Vorlauf"),
    "ahead.reliability.title": (
        "{share} of readings lie within the 80 % band",
        "{share} der Messwerte liegen im 80-%-Band",
    ),
    "ahead.reliability.level": ("Level of the quantile", "Quantil"),
    "ahead.reliability.share": ("Readings at or below it", "Messwerte darunter"),
    "ahead.reliability.ideal": ("as promised", "wie zugesagt"),
    "ahead.reliability.found": ("found", "gefunden"),
    "ahead.score.rmse": ("RMSE of the forecast", "RMSE der Prognose"),
    "ahead.score.mae": ("Mean absolute error of the median", "Mittlerer abs. Fehler des Medians"),
    "ahead.score.nmae": ("Mean absolute error over the peak", "Mittlerer abs. Fehler zur Spitze"),
    "ahead.score.bias": ("Mean error", "Mittlerer Fehler"),
    "ahead.score.pinball": (
        "Pinball loss, mean of 10/50/90 %",
        "Pinball-Verlust, Mittel 10/50/90 %",
    ),
    "ahead.score.coverage": ("Within the 80 % band", "Im 80-%-Band"),
    "ahead.score.reference": ("RMSE of {baseline}", "RMSE: {baseline}"),
    "ahead.col.score": ("Score", "Kennzahl"),
    "ahead.col.value": ("Value", "Wert"),
    "ahead.col.unit": ("Unit", "Einheit"),
    "ahead.col.interval": ("95 % interval", "95-%-Intervall"),
    "ahead.col.what": ("What", "Was"),
    "ahead.backtest.caption": (
        "{n} forecasts of {issues} times of issue on {days} days · {span} · {weather} · "
        "intervals by blocks of 7 days",
        "{n} Prognosen zu {issues} Zeitpunkten an {days} Tagen · {span} · {weather} · "
        "Intervalle aus Blöcken von 7 Tagen",
    ),
    # --- inputs ---
    "ahead.input.window": ("Trained on", "Trainiert auf"),
    "ahead.input.signals": ("Signals", "Signale"),
    "ahead.input.holidays": ("Public holidays of", "Feiertage von"),
    "ahead.input.weather": ("Weather", "Wetter"),
    "ahead.input.libraries": ("Libraries", "Bibliotheken"),
}
