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
    "ahead.section.parts": ("Parts of the load", "Bestandteile der Last"),
    "ahead.lead": ("Issued at least", "Erstellt mindestens"),
    "ahead.lead.hours": ("{hours} h before", "{hours} h vorher"),
    # --- no model, unfit model, lost model ---
    "ahead.untrained": (
        "No model of “{quantity}” is stored for {device}.",
        "Für {device} ist kein Modell für „{quantity}“ gespeichert.",
    ),
    "ahead.untrained.others": ("There are models of: {names}.", "Modelle gibt es für: {names}."),
    "ahead.untrained.short": (
        "There are readings of {days} days; it takes {needed} to train a model and test it.",
        "Es gibt Messwerte von {days} Tagen; Training und Prüfung brauchen {needed}.",
    ),
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
        "Skill, error and coverage above are of the model that lost. The band of what is served is "
        "calibrated on its own errors in the backtest.",
        "Skill, Fehler und Abdeckung oben gehören zum unterlegenen Modell. Das Band der gezeigten "
        "Prognose ist an ihren eigenen Fehlern im Rückvergleich kalibriert.",
    ),
    # --- the answer ---
    "ahead.energy": ("Energy of the next 24 h", "Energie der nächsten 24 h"),
    "ahead.from": ("from {at}", "ab {at}"),
    "ahead.highest": ("Highest expected", "Höchster erwarteter Wert"),
    "ahead.lowest": ("Lowest expected", "Niedrigster erwarteter Wert"),
    "ahead.skill": ("Skill", "Prognosegüte (Skill)"),
    "ahead.against": ("against {baseline}", "gegen {baseline}"),
    "ahead.mae": ("Mean absolute error", "Mittlerer absoluter Fehler"),
    "ahead.mae.share": ("{share} of the peak", "{share} der Spitze"),
    "ahead.mae.n": ("n = {n}", "n = {n}"),
    "ahead.coverage": ("80 % band covers", "80-%-Band enthält"),
    "ahead.coverage.note": ("80 % is promised", "80 % sind zugesagt"),
    "ahead.width.note": (
        "mean width {width}, with “{baseline}” {other}",
        "mittlere Breite {width}, mit „{baseline}“ {other}",
    ),
    # --- lines ---
    "ahead.line.expected": ("Forecast", "Prognose"),
    "ahead.line.band": ("10–90 %", "10–90 %"),
    "ahead.line.actual": ("Measured", "Gemessen"),
    "ahead.line.issue": ("issued", "erstellt"),
    "ahead.baseline.persistence": ("persistence", "Persistenz"),
    "ahead.baseline.seasonal_24h": ("the day before", "Vortag"),
    "ahead.baseline.seasonal_168h": ("the week before", "Vorwoche"),
    "ahead.baseline.clear_sky": ("clear-sky persistence", "Klarhimmel-Persistenz"),
    # --- net of two devices ---
    "ahead.net.of": (
        "Load of {load} less PV of {pv}, positive is import.",
        "Last von {load} abzüglich PV von {pv}; positiv ist Bezug.",
    ),
    "ahead.net.together": (
        "Errors of both correlate by {r} (n = {n}), and the band is calibrated on them together; "
        "taken as independent it would hold {share}.",
        "Die Fehler beider korrelieren mit {r} (n = {n}), das Band ist an ihnen gemeinsam "
        "kalibriert; als unabhängig gerechnet enthielte es {share}.",
    ),
    "ahead.net.inputs": (
        "A net has no inputs of its own; those of the load and of PV stand with their models.",
        "Eine Netzleistung hat keine eigenen Eingangsgrößen; die von Last und PV stehen bei deren "
        "Modellen.",
    ),
    # --- rooms ---
    "ahead.room.short": (
        "too few readings",
        "zu wenige Werte",
    ),
    "ahead.room.gap_at_start": (
        "no reading at the start",
        "kein Wert zu Beginn",
    ),
    "ahead.room.still": (
        "room or outdoor temperature hardly move",
        "Raum- oder Außentemperatur ändern sich kaum",
    ),
    "ahead.room.no_heat": (
        "the heat never changes",
        "die Heizleistung ändert sich nie",
    ),
    "ahead.room.bound": (
        "a parameter ran to the edge of what can be",
        "ein Parameter lief an den Rand des Möglichen",
    ),
    "ahead.room.flat": (
        "the likelihood has no peak",
        "die Likelihood hat kein Maximum",
    ),
    "ahead.room.correlated": (
        "two parameters cannot be told apart",
        "zwei Parameter sind nicht zu trennen",
    ),
    "ahead.room.wide": (
        "a parameter is known to a factor of e² at best",
        "ein Parameter ist auf kaum einen Faktor e² bekannt",
    ),
    "ahead.room.inputs": (
        "heat or outdoor temperature are missing for a tenth of the time",
        "Heizleistung oder Außentemperatur fehlen für ein Zehntel der Zeit",
    ),
    "ahead.room.white.yes": ("its errors show no pattern", "ihre Fehler zeigen kein Muster"),
    "ahead.room.white.no": (
        "its errors still show a pattern, so its parameters are less sure than they seem",
        "ihre Fehler zeigen noch ein Muster, die Parameter sind unsicherer als sie scheinen",
    ),
    "ahead.room.refused": (
        "The data identify no thermal model ({why}); trees are trained in its place.",
        "Die Daten bestimmen kein thermisches Modell ({why}); stattdessen Entscheidungsbäume.",
    ),
    "ahead.room.model": (
        "Thermal model {kind} of {days} days with {heat} and {outdoor}, slowest time constant "
        "{hours} h; {white}. Heat ahead is taken as on the newest day.",
        "Thermisches Modell {kind} aus {days} Tagen mit {heat} und {outdoor}, langsamste "
        "Zeitkonstante {hours} h; {white}. Künftige Heizleistung wie am letzten Tag.",
    ),
    "ahead.room.driven": (
        "A thermal model has no weights of inputs: it is driven by heat and outdoor temperature.",
        "Ein thermisches Modell hat keine Gewichte der Eingangsgrößen: Heizleistung und "
        "Außentemperatur treiben es.",
    ),
    # --- next 48 h ---
    "ahead.title": (
        "{what} of {device} is expected to peak at {value} on {at}",
        "{what} von {device}: höchster erwarteter Wert {value} am {at}",
    ),
    "ahead.by_model": ("model trained {at}", "Modell vom {at}"),
    "ahead.trained_on": ("on data of {span}", "aus Daten vom {span}"),
    "ahead.weather.none": ("no weather forecast used", "ohne Wetterprognose"),
    "ahead.weather.forecast": ("with weather forecasts as issued", "mit Wetterprognosen"),
    "ahead.blind": (
        "This PV forecast knows no weather: it takes the next days to be about as clear as the "
        "last.",
        "Diese PV-Prognose kennt kein Wetter: Sie nimmt die nächsten Tage etwa so klar an wie die "
        "letzten.",
    ),
    "ahead.blind.detail": (
        "Its skill against clear-sky persistence is {skill}. Fetch "
        "a weather forecast (python -m ingest fetch weather), build it into the store and train "
        "again.",
        "Ihr Skill gegen Klarhimmel-Persistenz ist {skill}. "
        "Abhilfe: Wetterprognose abrufen (python -m ingest fetch weather), einlesen und neu "
        "trainieren.",
    ),
    "ahead.blind.mend": (
        "Fetch a weather forecast (python -m ingest fetch weather), build it into the store and "
        "train again.",
        "Abhilfe: Wetterprognose abrufen (python -m ingest fetch weather), einlesen und neu "
        "trainieren.",
    ),
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
    "ahead.input.quality": ("Data the model learnt from", "Daten, aus denen das Modell lernte"),
    "ahead.input.about": ("The model", "Das Modell"),
    "ahead.input.axis": (
        "Error grows by, when shuffled [%]",
        "Fehlerzuwachs beim Vertauschen [%]",
    ),
    "ahead.input.exact": (
        "The model met every value of its test exactly, so that no input can be weighed.",
        "Das Modell traf jeden Wert seiner Prüfung genau; Gewichte der Eingangsgrößen gibt es "
        "daher nicht.",
    ),
    "ahead.input.title": (
        "The model leans most on “{first}”: shuffled, the error grows by {growth}",
        "Am wichtigsten ist „{first}“: vertauscht wächst der Fehler um {growth}",
    ),
    "ahead.input.caption": (
        "On forecasts the model had not learnt from; bars: mean, lines: least and most of three "
        "shuffles. Inputs that say the same share their weight.",
        "An Prognosen, aus denen das Modell nicht lernte; Balken: Mittel, Linien: kleinster und "
        "größter Wert aus dreimal Vertauschen. Gleichsagende Größen teilen sich ihr Gewicht.",
    ),
    "ahead.input.missing": (
        "Missing in part of the forecasts: {names}.",
        "Fehlt bei einem Teil der Prognosen: {names}.",
    ),
    "ahead.quality.caution": (
        "Of the training window {missing} is missing and {flat} is flat.",
        "Im Trainingszeitraum fehlen {missing}, und {flat} stehen still.",
    ),
    "ahead.quality.slots": ("Time slots", "Zeitschritte"),
    "ahead.quality.missing": ("Missing", "Fehlend"),
    "ahead.quality.gap": ("Longest gap", "Längste Lücke"),
    "ahead.quality.flat": ("Flat for six hours or more", "Sechs Stunden oder länger unverändert"),
    "ahead.quality.below": ("Below zero", "Unter null"),
    # --- names of inputs ---
    "ahead.feature.horizon": ("hours ahead", "Vorlauf"),
    "ahead.feature.hour": ("time of day", "Tageszeit"),
    "ahead.feature.weekday": ("day of the week", "Wochentag"),
    "ahead.feature.day_kind": ("workday, Saturday or Sunday", "Werktag, Samstag oder Sonntag"),
    "ahead.feature.near_holiday": ("next to a holiday", "neben einem Feiertag"),
    "ahead.feature.season_sin": ("time of year (sine)", "Jahreszeit (Sinus)"),
    "ahead.feature.season_cos": ("time of year (cosine)", "Jahreszeit (Kosinus)"),
    "ahead.feature.newest_day": ("same time, newest day", "gleiche Zeit, neuester Tag"),
    "ahead.feature.newest_day_kind": ("kind of the newest day", "Art des neuesten Tages"),
    "ahead.feature.week_before": ("same time, week before", "gleiche Zeit, Vorwoche"),
    "ahead.feature.week_before_kind": ("kind of day a week before", "Art des Tages der Vorwoche"),
    "ahead.feature.two_weeks_before": ("same time, two weeks before", "gleiche Zeit, vor 2 Wochen"),
    "ahead.feature.mean_four_weeks": ("mean of four weeks", "Mittel aus vier Wochen"),
    "ahead.feature.mean_seven_days": ("mean of seven days", "Mittel aus sieben Tagen"),
    "ahead.feature.mean_like_days": ("mean of three like days", "Mittel dreier gleicher Tage"),
    "ahead.feature.last": ("newest reading", "neuester Messwert"),
    "ahead.feature.last_hour": ("last hour", "letzte Stunde"),
    "ahead.feature.last_three_hours": ("last three hours", "letzte drei Stunden"),
    "ahead.feature.last_day": ("last 24 hours", "letzte 24 Stunden"),
    "ahead.feature.last_week": ("last seven days", "letzte sieben Tage"),
    "ahead.feature.day_against_week_before": (
        "last day against a week before",
        "letzter Tag gegen Vorwoche",
    ),
    "ahead.feature.elevation": ("height of the sun", "Sonnenhöhe"),
    "ahead.feature.clear": ("power at a clear sky", "Leistung bei klarem Himmel"),
    "ahead.feature.physics_of_clear": (
        "power by weather over clear sky",
        "Leistung nach Wetter zu klarem Himmel",
    ),
    "ahead.feature.newest_day_of_clear": (
        "clearness, same time, newest day",
        "Klarheit, gleiche Zeit, neuester Tag",
    ),
    "ahead.feature.last_hours_of_clear": (
        "clearness of the last two hours",
        "Klarheit der letzten zwei Stunden",
    ),
    "ahead.feature.last_day_of_clear": ("clearness of the last day", "Klarheit des letzten Tages"),
    "ahead.feature.last_week_of_clear": (
        "clearness of the last week",
        "Klarheit der letzten Woche",
    ),
    "ahead.feature.weather_temp_air": ("air temperature ahead", "Lufttemperatur (Vorhersage)"),
    "ahead.feature.weather_ghi": ("irradiance ahead", "Einstrahlung (Vorhersage)"),
    "ahead.feature.weather_wind_speed": ("wind ahead", "Wind (Vorhersage)"),
    "ahead.feature.weather_cloud_cover": ("clouds ahead", "Bewölkung (Vorhersage)"),
    # --- parts of the load ---
    "ahead.kind.0": ("workdays", "Werktage"),
    "ahead.kind.1": ("Saturdays", "Samstage"),
    "ahead.kind.2": ("Sundays and holidays", "Sonn- und Feiertage"),
    "ahead.parts.base": ("Base load", "Grundlast"),
    "ahead.parts.mean": ("Mean power, {kind}", "Mittlere Leistung, {kind}"),
    "ahead.parts.holiday": (
        "Holidays on weekdays, against workdays",
        "Feiertage unter der Woche gegenüber Werktagen",
    ),
    "ahead.parts.base_share": (
        "Base load: exceeded for 95 % of a day, median of the days. Day by day it is {share} of "
        "all energy. Intervals by blocks of 7 days.",
        "Grundlast: an 95 % eines Tages überschritten, Median der Tage. Tag für Tag macht sie "
        "{share} der Energie aus. Intervalle aus Blöcken von 7 Tagen.",
    ),
    "ahead.parts.profile": ("Course of a day by kind of day", "Tagesgang nach Art des Tages"),
    "ahead.parts.hour": ("Hour of the day", "Stunde des Tages"),
    "ahead.parts.months": ("Mean power by month", "Mittlere Leistung je Monat"),
    "ahead.parts.month": ("Month", "Monat"),
    "ahead.climate": ("Heating and cooling", "Heizung und Kühlung"),
    "ahead.climate.no_temperature": (
        "Not told: the model knows no outdoor temperature. Train it with --weather DEVICE.",
        "Nicht bestimmbar: Dem Modell fehlt die Außentemperatur. Training mit --weather DEVICE.",
    ),
    "ahead.climate.few_days": (
        "Not told: {days} days with a temperature are too few; it takes 60.",
        "Nicht bestimmbar: {days} Tage mit Temperatur sind zu wenig; nötig sind 60.",
    ),
    "ahead.climate.narrow": (
        "Not told: the temperatures of {days} days span less than 12 K.",
        "Nicht bestimmbar: Die Temperaturen von {days} Tagen überspannen weniger als 12 K.",
    ),
    "ahead.climate.heating": ("Heating", "Heizung"),
    "ahead.climate.cooling": ("Cooling", "Kühlung"),
    "ahead.climate.caption": (
        "Change-point regression of daily energy; it explains {r2} of the variance between like "
        "days. A share of 0 means that nothing follows the temperature.",
        "Knickpunkt-Regression der Tagesenergie; sie erklärt {r2} der Varianz gleichartiger Tage. "
        "Ein Anteil von 0 heißt, dass nichts der Temperatur folgt.",
    ),
    "ahead.appliance": ("Relays and appliances", "Relais und Geräte"),
    "ahead.appliance.none": (
        "{device} tells of no relay and of no power of an appliance. Where another device does, "
        "train with --appliances DEVICE.",
        "{device} meldet kein Relais und keine Leistung eines Geräts. Meldet sie ein anderes "
        "Gerät: Training mit --appliances GERÄT.",
    ),
    "ahead.appliance.old": (
        "The model was trained before appliances were looked for; train it again.",
        "Das Modell entstand, bevor nach Geräten gesucht wurde; bitte neu trainieren.",
    ),
    "ahead.appliance.col.appliance": ("Signal", "Signal"),
    "ahead.appliance.col.starts": ("Switched on per day", "Einschaltungen je Tag"),
    "ahead.appliance.col.run": ("Run, median [quartiles]", "Laufzeit, Median [Quartile]"),
    "ahead.appliance.col.power": ("Step in the load", "Sprung der Last"),
    "ahead.appliance.col.own_power": ("By its own signal", "Laut eigenem Signal"),
    "ahead.appliance.col.run_kwh": ("Energy per run", "Energie je Lauf"),
    "ahead.appliance.col.share": ("Share of the load", "Anteil an der Last"),
    "ahead.appliance.choose": ("Relay or appliance", "Relais oder Gerät"),
    "ahead.appliance.week": (
        "How often {name} was switched on, by weekday and hour",
        "Wie oft {name} eingeschaltet wurde, nach Wochentag und Stunde",
    ),
    "ahead.appliance.caption": (
        "{span}, load by {step}. The step is how much the load changes when this alone is "
        "switched; what is switched with it each time is in it. Energy and share come from its own "
        "signal where it tells power, else from step and running time. 95 % intervals.",
        "{span}, Last je {step}. Der Sprung ist die Änderung der Last beim Schalten; was jedes Mal "
        "mitschaltet, ist darin enthalten. Energie und Anteil stammen aus dem eigenen Signal, wenn "
        "es Leistung meldet, sonst aus Sprung und Laufzeit. 95-%-Intervalle.",
    ),
    "ahead.appliance.refused.few_days": (
        "no pattern: {days} days with readings are too few; it takes 14.",
        "kein Muster: {days} Tage mit Messwerten sind zu wenig; nötig sind 14.",
    ),
    "ahead.appliance.refused.few_runs": (
        "no pattern: switched on {n} times in {days} days; it takes 10.",
        "kein Muster: {n} Einschaltungen in {days} Tagen; nötig sind 10.",
    ),
    "ahead.appliance.refused.always": (
        "no pattern: it was on all of {days} days.",
        "kein Muster: An allen {days} Tagen durchgehend ein.",
    ),
    "ahead.appliance.refused.never": (
        "no pattern: it was not on in {days} days.",
        "kein Muster: In {days} Tagen nie ein.",
    ),
    "ahead.appliance.power.few_steps": (
        "no step in the load: it was read at {n} switchings; it takes 20.",
        "kein Sprung der Last: Nur {n} Schaltvorgänge mit Lastwerten; nötig sind 20.",
    ),
    "ahead.appliance.power.scheduled": (
        "no step in the load: it switches at the same time each day, so that what else the load "
        "does then cannot be told apart.",
        "kein Sprung der Last: Es schaltet täglich zur selben Zeit und ist vom übrigen Tagesgang "
        "der Last nicht zu trennen.",
    ),
    "ahead.appliance.power.tied": (
        "no step in the load: it switches together with another, so that they cannot be told "
        "apart.",
        "kein Sprung der Last: Es schaltet zusammen mit einem anderen und ist davon nicht zu "
        "trennen.",
    ),
    "ahead.appliance.power.unseen": (
        "no step in the load: at {n} switchings it does not surely rise; the appliance may not be "
        "behind this meter, or be too small.",
        "kein Sprung der Last: Bei {n} Schaltvorgängen steigt sie nicht sicher; vielleicht hängt "
        "das Gerät nicht an diesem Zähler oder ist zu klein.",
    ),
    "ahead.col.days": ("Days", "Tage"),
    "ahead.col.share": ("Share of energy", "Anteil der Energie"),
    "ahead.col.slope": ("Per day and K", "Je Tag und K"),
    "ahead.col.edge": ("From", "Ab"),
}

# Why a stored model cannot be used, as `core` writes it; what stands in braces is taken over.
FORECAST_SENTENCES: tuple[tuple[str, str], ...] = (
    (
        "the model of {quantity} of {device} does not fit: {why}",
        "Das Modell für {quantity} von {device} passt nicht: {why}",
    ),
    (
        "it is of slots of {then} min, the data are of {now} min",
        "Es ist aus Zeitschritten von {then} min, die Daten sind aus {now} min",
    ),
    (
        "it was trained on {then}, the device now has {now}",
        "Es lernte aus {then}, das Gerät hat jetzt {now}",
    ),
    ("it is in {then}, the data are in {now}", "Es ist in {then}, die Daten sind in {now}"),
    ("it was made with {name}, here is {now}", "Es entstand mit {name}, hier ist {now}"),
    (
        "it knows nothing of the last {days} days, more than {most}",
        "Es kennt die letzten {days} Tage nicht, mehr als {most}",
    ),
    (
        "it was trained on later data than there are",
        "Es lernte aus späteren Daten, als es jetzt gibt",
    ),
    (
        "the readings it was tested on are others now: {share} % of them differ",
        "Die Messwerte, an denen es geprüft wurde, sind jetzt andere: {share} % weichen ab",
    ),
    (
        "the plant is described otherwise than when it was trained",
        "Die Anlage ist anders beschrieben als beim Training",
    ),
    (
        "the heaters of the room are others than when it was trained",
        "Die Heizungen des Raums sind andere als beim Training",
    ),
    (
        "the model of {quantity} of {device} is another one now than it was calibrated with",
        "Das Modell für {quantity} von {device} ist ein anderes als bei der Kalibrierung",
    ),
    (
        "{device} has told nothing for {hours} h; a net needs PV of the last {most} h",
        "{device} meldet seit {hours} h nichts; eine Netzleistung braucht PV der letzten {most} h",
    ),
    (
        "the model needs the weather of the next 48 h, and {device} tells {share} of them; fetch a "
        "weather forecast, or train a model without: --weather none",
        "Das Modell braucht das Wetter der nächsten 48 h, und {device} nennt {share} davon; "
        "Wetterprognose abrufen oder ohne trainieren: --weather none",
    ),
    (
        "{path} has format {then}, this version reads {now}",
        "{path} hat Format {then}, diese Version liest {now}",
    ),
    ("{path} names no file of arrays", "{path} nennt keine Datei mit Feldern"),
    ("{path} is not what its manifest says", "{path} ist nicht, was sein Manifest sagt"),
    ("{path} is damaged", "{path} ist beschädigt"),
    ("{path} lacks {name}", "In {path} fehlt {name}"),
    (
        "{device} has no readings of {names}",
        "{device} hat keine Messwerte von {names}",
    ),
)
